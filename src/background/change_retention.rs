//! Removes changes from the change log that no server follows and no request is explained by any more. Of each thing the
//! last one stays: it says what the thing was like from then on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::db::change_marks::{self, Mark};
use crate::db::{self, Db};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// Changes that are looked at in one transaction.
const STEP: i64 = 1_000;
/// What a server may lag behind, and more: it decides by an index that is up to seconds old.
const GRACE_HOURS: i64 = 2;

/// Notes how far the log has come, and removes what the requests of `days` do not need, in small steps, until done or
/// `stopping`.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn prune(db: &Db, days: i64, now: Timestamp, stopping: &AtomicBool) -> Result<()> {
    db.write(|conn| change_marks::note(conn, now))?;
    let before = now - TimeDelta::days(days) - TimeDelta::hours(GRACE_HOURS);
    let (next, mut at, head) = db.read(|conn| {
        let next = change_marks::next(conn, before)?;
        let head = db::change_log::head(conn)?.rev;
        Ok((next, change_marks::pruned_to(conn)?, head))
    })?;
    let Some(mark) = next else {
        return Ok(());
    };
    // By the newest change everybody tells where they are.
    let end = mark.rev.min(head - 1);
    while at < end {
        if stopping.load(Ordering::SeqCst) {
            return Ok(());
        }
        let (begun, to) = (Instant::now(), end.min(at + STEP));
        db.write(|conn| change_marks::prune(conn, at, to, end))?;
        at = to;
        // Changes by people get in between.
        std::thread::sleep(begun.elapsed().max(Duration::from_millis(10)));
    }
    db.write(|conn| {
        db::kept_allowlists::prune(conn, at)?;
        change_marks::finish(conn, Mark { rev: at, ..mark })
    })
}
