//! Lets limits that were raised for a while fall back when their end comes, also when it came while no server ran.

use crate::actions::limit_ends::finish_if_due;
use crate::db::{Db, limit_ends};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// Lets those fall back whose end has come, each in a transaction of its own, and returns how many did.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn finish_due(db: &Db, now: Timestamp) -> Result<usize> {
    let due = db.read(|conn| limit_ends::list_to_come(conn, now))?;
    let mut finished = 0;
    for end in due {
        finished += usize::from(db.write(|conn| finish_if_due(conn, end.tenant_id, now))?);
    }
    Ok(finished)
}
