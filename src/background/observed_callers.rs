//! Writes the callers of keys whose allowlist is observed, apart from verification.

use std::collections::BTreeMap;

use crate::db::observed_callers::Caller;
use crate::db::{self, Db};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::time::from_micros;
use crate::verify::Index;

/// Writes what was seen since the last call.
///
/// # Errors
/// `Unavailable` when the database is away; what was not written waits for the next call. After a commit whose outcome
/// is not known it is written again: a caller may be counted twice, and is never missed.
pub fn flush(db: &Db, index: &Index) -> Result<()> {
    let callers = index.usage().callers();
    let lost = callers.take_lost();
    if lost > 0 {
        tracing::warn!(
            lost,
            "more callers than can be noted at once used keys whose allowlist is observed"
        );
    }
    let taken = callers.take();
    if taken.is_empty() {
        return Ok(());
    }
    // One order everywhere, so that two nodes can't deadlock.
    let mut of_keys: BTreeMap<KeyId, Vec<Caller>> = BTreeMap::new();
    for ((key, address), seen) in &taken {
        of_keys.entry(*key).or_default().push(Caller {
            key_id: *key,
            address: address.map(|at| at.to_string()).unwrap_or_default(),
            tenant_id: seen.tenant,
            requests: seen.requests,
            last_at: from_micros(seen.last_at),
        });
    }
    let written = db.write(|conn| {
        for (key, mut rows) in of_keys {
            rows.sort_by(|one, other| one.address.cmp(&other.address));
            db::observed_callers::add(conn, key, rows)?;
        }
        Ok(())
    });
    if written.is_err() {
        for (caller, seen) in taken {
            callers.put(caller, seen);
        }
    }
    written
}
