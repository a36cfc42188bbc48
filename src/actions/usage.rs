//! Writes collected usage to the database, apart from the requests that caused it.

use crate::db::usage::Used;
use crate::db::{self, Db};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::verify::usage::Count;
use crate::verify::{Entry, Index};

/// Keys written in one transaction, so that changes by people never wait long.
const BATCH: usize = 5_000;

/// Writes what was counted since the last call and returns how many keys that touched.
///
/// # Errors
/// `Unavailable` when the database is away; the counts stay in memory for the next call.
pub fn flush(db: &Db, index: &Index, now: Timestamp) -> Result<usize> {
    let mut total = 0;
    loop {
        let mut used = index.usage().collect(BATCH);
        if used.is_empty() {
            return Ok(total);
        }
        total += used.len();
        let was_all = used.len() < BATCH;
        // One order everywhere, so that two nodes that write the same keys can't deadlock.
        used.sort_by_key(|(entry, _)| entry.key_id);
        // A key that was used while it was collected comes twice; one statement takes each key once.
        used.dedup_by(|(later, count), (earlier, kept)| {
            let same = later.key_id == earlier.key_id;
            if same {
                kept.add(*count);
            }
            same
        });
        let rows: Vec<Used> = used
            .iter()
            .map(|(entry, count)| row(entry, count, now))
            .collect();
        let written = db.write(|conn| db::usage::add(conn, &rows));
        if let Err(error) = written {
            if matches!(error, Error::OutcomeUnknown(_)) {
                // They may be stored already; counting them twice would be worse than a gap that is told.
                tracing::warn!(keys = used.len(), "usage of one second may be lost");
                return Err(error);
            }
            for (entry, count) in &used {
                index.usage().put_back(entry, *count);
            }
            return Err(error);
        }
        // Keys that were used while this was written wait for the next turn: under load this would never end.
        if was_all {
            return Ok(total);
        }
    }
}

fn row(entry: &Entry, count: &Count, now: Timestamp) -> Used {
    Used {
        key_id: entry.key_id.to_string(),
        day: now.date_naive(),
        accepted: i64::try_from(count.accepted).unwrap_or(i64::MAX),
        refused: i64::try_from(count.refused).unwrap_or(i64::MAX),
        last_accepted_at: count.last_accepted.map(|at| at.naive_utc()),
    }
}
