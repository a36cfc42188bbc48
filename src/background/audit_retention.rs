//! Removes rows of the audit log that are older than they are kept. What is left still verifies.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;

use crate::db::{self, Db, audit_chain};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// Removes what is older than `days`, in small steps, until done or `stopping`.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn prune(db: &Db, days: i64, now: Timestamp, stopping: &AtomicBool) -> Result<()> {
    let before = now - TimeDelta::days(days);
    let keys = db.audit_keys()?;
    for chain in db.read(db::audit::list_chains)? {
        while !stopping.load(Ordering::SeqCst) {
            if db.write(|conn| audit_chain::prune(conn, keys, chain, before))? == 0 {
                break;
            }
        }
    }
    Ok(())
}
