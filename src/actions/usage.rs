//! Writes collected usage to the database, apart from the requests that caused it.

use crate::db::{self, Db};
use crate::domain::Result;
use crate::domain::time::Timestamp;
use crate::verify::Index;

/// Keys written in one transaction, so that changes by people never wait long.
const BATCH: usize = 1_000;

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
        // One order everywhere, so that two nodes that write the same keys can't deadlock.
        used.sort_by_key(|(entry, _)| entry.key_id);
        let written = db.write(|conn| {
            used.iter().try_for_each(|(entry, count)| {
                let row = db::usage::Used {
                    key: entry.key_id,
                    accepted: i64::try_from(count.accepted).unwrap_or(i64::MAX),
                    refused: i64::try_from(count.refused).unwrap_or(i64::MAX),
                    last_accepted: count.last_accepted,
                };
                db::usage::add(conn, &row, now.date_naive())
            })
        });
        if let Err(error) = written {
            for (entry, count) in &used {
                index.usage().put_back(entry, *count);
            }
            return Err(error);
        }
    }
}
