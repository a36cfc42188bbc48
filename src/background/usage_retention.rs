//! Folds stored minutes into hours and days, and deletes what is older than it is kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::usage_journal;
use crate::actions::observed_callers;
use crate::db::usage::{DAY, HOUR, MINUTE, minute_of};
use crate::db::{self, Db};
use crate::domain::Result;
use crate::domain::request_id::RequestId;
use crate::domain::time::{Timestamp, from_micros};

/// Rows deleted in one transaction.
const ROWS: usize = 2_000;
/// Minutes are needed for the last hour, and until every server has folded them.
const KEEP_MINUTES: i64 = 2 * DAY;
/// Hours serve the pages that show up to a week, and the week before it.
const KEEP_HOURS: i64 = 30 * DAY;

/// Days for which a server that ended is remembered.
const KEEP_SERVERS: i64 = 400;

/// How long usage is kept, in days.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Single requests, and the gaps between them.
    pub records: i64,
    /// Daily totals.
    pub totals: i64,
}

/// Folds the minutes that are over into hours and days. First what lost servers left of them.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn fold(db: &Db, now: Timestamp) -> Result<()> {
    usage_journal::take_over(db, now)?;
    // A minute's grace for what is counted and not yet written.
    db.write(|conn| db::usage::fold(conn, minute_of(now) - MINUTE))
}

/// Deletes what is older than it is kept, in small steps, until done or `stopping`.
///
/// # Errors
/// As [`fold`].
pub fn prune(db: &Db, keep: Retention, now: Timestamp, stopping: &AtomicBool) -> Result<()> {
    let seconds = now.timestamp();
    for (span, kept) in [
        (MINUTE, KEEP_MINUTES),
        (HOUR, KEEP_HOURS),
        (DAY, keep.totals * DAY),
    ] {
        in_steps(db, stopping, |conn, rows| {
            db::usage::prune(conn, span, seconds - kept, rows)
        })?;
    }
    let oldest = from_micros(now.timestamp_micros() - keep.records * DAY * 1_000_000);
    let first = RequestId::first_at(oldest);
    in_steps(db, stopping, |conn, rows| {
        db::request_records::prune(conn, first, rows)
    })?;
    let unseen = from_micros(now.timestamp_micros() - observed_callers::DAYS * DAY * 1_000_000);
    in_steps(db, stopping, |conn, rows| {
        db::observed_callers::prune(conn, unseen, rows)
    })?;
    db.write(|conn| db::verifier_usage::prune(conn, seconds - KEEP_MINUTES))?;
    let ended = now - TimeDelta::days(KEEP_SERVERS);
    db.write(|conn| {
        db::usage_nodes::prune(conn, ended.timestamp_micros())?;
        db::usage_gaps::prune(conn, oldest.timestamp_micros()).map(|_| ())
    })
}

/// Each step is a transaction of its own, and as long a pause follows it: changes by people get in between.
fn in_steps(
    db: &Db,
    stopping: &AtomicBool,
    delete: impl Fn(&mut db::Conn, i64) -> Result<usize>,
) -> Result<()> {
    let rows = i64::try_from(ROWS).unwrap_or(1);
    while !stopping.load(Ordering::SeqCst) {
        let begun = Instant::now();
        if db.write(|conn| delete(conn, rows))? < ROWS {
            break;
        }
        std::thread::sleep(begun.elapsed().max(Duration::from_millis(10)));
    }
    Ok(())
}
