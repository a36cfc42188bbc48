//! Deletes tenants whose time has come. Several servers may do it at once: each step is a transaction, and does nothing
//! when another was faster.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::actions::tenant_deletions;
use crate::db::{self, Conn, Db};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::time::Timestamp;

/// Rows deleted in one transaction.
const ROWS: i64 = 1_000;

/// Begins what is due; and deletes, in small steps, what every server has forgotten since, until done or `stopping`.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn run(db: &Db, now: Timestamp, stopping: &AtomicBool) -> Result<()> {
    for due in db.read(|conn| db::tenant_deletions::list_due(conn, now))? {
        match due.deletion_begun_at {
            None => db.write(|conn| tenant_deletions::begin(conn, due.id, now))?,
            Some(at) if tenant_deletions::is_forgotten(at, now) => {
                delete(db, due.id, now, stopping)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn delete(db: &Db, tenant: TenantId, now: Timestamp, stopping: &AtomicBool) -> Result<()> {
    in_steps(db, stopping, |conn| {
        db::tenant_deletions::delete_some(conn, tenant, ROWS)
    })?;
    in_steps(db, stopping, |conn| {
        tenant_deletions::let_people_go(conn, tenant)
    })?;
    if stopping.load(Ordering::SeqCst) {
        return Ok(());
    }
    db.write(|conn| {
        // What was written since, such as that somebody signed in.
        while db::tenant_deletions::delete_some(conn, tenant, ROWS)? {}
        tenant_deletions::finish(conn, tenant, now)
    })?;
    tracing::info!(%tenant, "a tenant was deleted, as it was decided");
    Ok(())
}

/// Each step is a transaction of its own, and as long a pause follows it: changes by people get in between.
fn in_steps(
    db: &Db,
    stopping: &AtomicBool,
    step: impl Fn(&mut Conn) -> Result<bool>,
) -> Result<()> {
    while !stopping.load(Ordering::SeqCst) {
        let begun = Instant::now();
        if !db.write(&step)? {
            break;
        }
        std::thread::sleep(begun.elapsed().max(Duration::from_millis(10)));
    }
    Ok(())
}
