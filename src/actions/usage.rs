//! Writes collected usage to the database, apart from the requests that caused it; folds and prunes what is stored.

use std::sync::Arc;

use crate::db::request_records::Record as Row;
use crate::db::usage::{DAY, HOUR, MINUTE, Used};
use crate::db::usage_gaps::{CRASH, FULL, Gap};
use crate::db::{self, Db};
use crate::domain::id::GapId;
use crate::domain::key_text;
use crate::domain::request_id::RequestId;
use crate::domain::time::{Timestamp, from_micros};
use crate::domain::{Error, Result};
use crate::verify::records::{Record, Ring};
use crate::verify::usage::Count;
use crate::verify::{Code, Entry, Index};

/// Keys written in one transaction, so that changes by people never wait long.
const KEYS: usize = 5_000;
/// Records written in one transaction, and rows deleted in one.
const ROWS: usize = 2_000;
/// Minutes are needed for the last hour, and until every server has folded them.
const KEEP_MINUTES: i64 = 2 * DAY;
/// Hours serve the pages that show up to a week, and the week before it.
const KEEP_HOURS: i64 = 30 * DAY;

/// The one that writes a server's usage. It holds what could not be written yet: at most as many records as the ring,
/// and one gap.
#[derive(Debug)]
pub struct UsageWriter {
    node: String,
    index: Arc<Index>,
    taken: Vec<Record>,
    gap: Option<Gap>,
    /// Dropped requests that a gap tells of already.
    told: u64,
    /// When nothing was known to be dropped yet.
    checked_at: Timestamp,
}

impl UsageWriter {
    /// A writer for the server `node`. Tells of a gap when the server's last run did not end in order.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn start(db: &Db, node: String, index: Arc<Index>, now: Timestamp) -> Result<Self> {
        let micros = now.timestamp_micros();
        db.write(|conn| {
            if let Some(written_at) = db::usage_nodes::start(conn, &node, micros)? {
                let gap = Gap {
                    id: GapId::new().to_string(),
                    node_id: node.clone(),
                    cause: CRASH.into(),
                    from_at: written_at,
                    to_at: micros,
                    dropped: None,
                };
                db::usage_gaps::insert(conn, gap)?;
            }
            Ok(())
        })?;
        Ok(Self {
            node,
            index,
            taken: Vec::new(),
            gap: None,
            told: 0,
            checked_at: now,
        })
    }

    /// Writes what was counted and recorded since the last call.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; what was not written waits for the next call, within its bounds.
    pub fn flush(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        self.note_gap(now);
        let counted = write_counts(db, &self.index, now)?;
        let recorded = self.write_records(db)?;
        let gap = self.gap.take();
        if counted == 0 && recorded == 0 && gap.is_none() {
            return Ok(());
        }
        let noted = db.write(|conn| {
            if let Some(gap) = gap.clone() {
                db::usage_gaps::insert(conn, gap)?;
            }
            db::usage_nodes::flushed(conn, &self.node, now.timestamp_micros())
        });
        if noted.is_err() {
            self.gap = gap;
        }
        noted
    }

    /// Writes the last usage and notes that this server ends in order.
    ///
    /// # Errors
    /// As [`UsageWriter::flush`].
    pub fn stop(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        self.flush(db, now)?;
        db.write(|conn| db::usage_nodes::stop(conn, &self.node, now.timestamp_micros()))
    }

    /// What was dropped since the last look joins the gap that waits, or begins one.
    fn note_gap(&mut self, now: Timestamp) {
        let dropped = self.index.usage().ring().map_or(0, Ring::dropped);
        let more = i64::try_from(dropped - self.told).unwrap_or(i64::MAX);
        if more > 0 {
            let gap = self.gap.get_or_insert_with(|| Gap {
                id: GapId::new().to_string(),
                node_id: self.node.clone(),
                cause: FULL.into(),
                from_at: self.checked_at.timestamp_micros(),
                to_at: 0,
                dropped: Some(0),
            });
            gap.to_at = now.timestamp_micros();
            gap.dropped = gap.dropped.map(|before| before.saturating_add(more));
        }
        self.told = dropped;
        self.checked_at = now;
    }

    /// Empties the ring into the database. What is taken out and not written is kept, and taken up first next time.
    fn write_records(&mut self, db: &Db) -> Result<usize> {
        let Some(ring) = self.index.usage().ring() else {
            return Ok(0);
        };
        let mut written = 0;
        // No more than fits the ring at once: under load new ones arrive all the time.
        while written < ring.capacity() {
            while self.taken.len() < ROWS {
                let Some(record) = ring.pop() else { break };
                self.taken.push(record);
            }
            if self.taken.is_empty() {
                break;
            }
            let rows: Vec<Row> = self.taken.iter().map(row_of_record).collect();
            // Writing them twice changes nothing, so an unknown outcome is tried again like any failure.
            db.write(|conn| db::request_records::insert(conn, &rows))?;
            written += rows.len();
            self.taken.clear();
        }
        Ok(written)
    }
}

/// Writes the counters and returns how many keys that touched.
fn write_counts(db: &Db, index: &Index, now: Timestamp) -> Result<usize> {
    let mut total = 0;
    loop {
        let mut used = index.usage().collect(KEYS);
        if used.is_empty() {
            return Ok(total);
        }
        total += used.len();
        let was_all = used.len() < KEYS;
        // One order everywhere, so that two nodes that write the same keys can't deadlock.
        used.sort_by_key(|(entry, _)| entry.key_id);
        // A key that was used while it was collected comes twice; one statement takes each key once.
        used.dedup_by(|(later, count), (earlier, kept)| {
            let same = later.key_id == earlier.key_id;
            if same {
                kept.add(count);
            }
            same
        });
        let written = db.write(|conn| {
            // A minute that is folded already would be lost for its hour and day.
            let start = minute_of(now).max(db::usage::folded_to(conn)?);
            let rows: Vec<Used> = used
                .iter()
                .map(|(entry, count)| row_of_count(entry, count, start))
                .collect();
            db::usage::add(conn, &rows)
        });
        if let Err(error) = written {
            if matches!(error, Error::OutcomeUnknown(_)) {
                // They may be stored already; counting them twice would be worse than a gap that is told.
                tracing::warn!(keys = used.len(), "usage of one second may be lost");
                return Err(error);
            }
            for (entry, count) in &used {
                index.usage().put_back(entry, count);
            }
            return Err(error);
        }
        // Keys that were used while this was written wait for the next turn: under load this would never end.
        if was_all {
            return Ok(total);
        }
    }
}

/// Writes when verifiers asked last, as far as that is new.
///
/// # Errors
/// `Unavailable` when the database is away; the times stay in memory for the next call.
pub fn flush_verifiers(db: &Db, index: &Index) -> Result<()> {
    let mut used = index.verifiers().collect();
    if used.is_empty() {
        return Ok(());
    }
    // One order everywhere, so that two nodes can't deadlock.
    used.sort_by_key(|(verifier, _)| verifier.id);
    let written = db.write(|conn| {
        used.iter()
            .try_for_each(|(verifier, at)| db::verifiers::set_last_used(conn, verifier.id, *at))
    });
    if written.is_err() {
        for (verifier, at) in &used {
            index.verifiers().put_back(verifier, *at);
        }
    }
    written
}

fn minute_of(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(MINUTE) * MINUTE
}

fn row_of_count(entry: &Entry, count: &Count, start: i64) -> Used {
    let of = |code: Code| {
        let counted = count.codes.get(code.index()).copied().unwrap_or_default();
        i64::try_from(counted).unwrap_or(i64::MAX)
    };
    Used {
        key_id: entry.key_id.to_string(),
        span: MINUTE,
        start,
        valid: of(Code::Valid),
        tenant_suspended: of(Code::TenantSuspended),
        revoked: of(Code::Revoked),
        disabled: of(Code::Disabled),
        expired: of(Code::Expired),
        ip_denied: of(Code::IpDenied),
        insufficient_scope: of(Code::InsufficientScope),
        rate_limited: of(Code::RateLimited),
        last_accepted: count.last_accepted,
    }
}

fn row_of_record(record: &Record) -> Row {
    Row {
        id: record.id.to_string(),
        tenant_id: record.tenant_id.to_string(),
        key_id: record.key_id.to_string(),
        at: record.at.timestamp_micros(),
        code: record.code.as_str().into(),
        method: harmless(&record.method),
        path: harmless(&record.path),
        scope: record.scope.as_deref().unwrap_or_default().into(),
        address: record
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        user_agent: harmless(&record.user_agent),
        rev: record.rev,
    }
}

/// Clients write these texts: no control characters, and nothing that holds a whole key.
fn harmless(text: &str) -> String {
    if key_text::appears_in(text) {
        return "[redacted]".into();
    }
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

/// How long usage is kept, in days.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Single requests, and the gaps between them.
    pub records: i64,
    /// Daily totals.
    pub totals: i64,
}

/// Folds the minutes that are over into hours and days, and deletes what is older than it is kept, in small steps.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn tidy(db: &Db, keep: Retention, now: Timestamp) -> Result<()> {
    // A minute's grace for what is counted and not yet written.
    db.write(|conn| db::usage::fold(conn, minute_of(now) - MINUTE))?;
    let seconds = now.timestamp();
    for (span, kept) in [
        (MINUTE, KEEP_MINUTES),
        (HOUR, KEEP_HOURS),
        (DAY, keep.totals * DAY),
    ] {
        in_steps(db, |conn, rows| {
            db::usage::prune(conn, span, seconds - kept, rows)
        })?;
    }
    let oldest = from_micros(now.timestamp_micros() - keep.records * DAY * 1_000_000);
    let first = RequestId::first_at(oldest);
    in_steps(db, |conn, rows| {
        db::request_records::prune(conn, first, rows)
    })?;
    db.write(|conn| db::usage_gaps::prune(conn, oldest.timestamp_micros()).map(|_| ()))
}

/// Each step is a transaction of its own, so that changes by people get in between.
fn in_steps(db: &Db, delete: impl Fn(&mut db::Conn, i64) -> Result<usize>) -> Result<()> {
    let rows = i64::try_from(ROWS).unwrap_or(1);
    while db.write(|conn| delete(conn, rows))? >= ROWS {}
    Ok(())
}
