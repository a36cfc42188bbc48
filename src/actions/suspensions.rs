//! Suspending a tenant, and resuming it: for a super user in the support view, and the operator at a shell.

use super::limits::object;
use super::record_by_overseer;
use super::tenant_history::{self, Past};
use crate::db::change_log::{self, Item};
use crate::db::tenants::Tenant;
use crate::db::{self, Conn};
use crate::domain::audit::{Event, TENANT_RESUMED, TENANT_SUSPENDED};
use crate::domain::decision::Decision;
use crate::domain::id::TenantId;
use crate::domain::key_snapshot::TenantSnapshot;
use crate::domain::role::Overseer;
use crate::domain::{Conflict, Error, Result, limits, time};

/// Steps that are shown.
const SHOWN: i64 = 20;

/// What a form shows of a tenant, by which a change that came between is noticed.
pub fn version(tenant: &Tenant) -> String {
    tenant
        .suspended_at
        .map_or_else(|| "active".into(), time::rfc3339)
}

/// Suspends a tenant: when this is applied, none of its keys is accepted. `shown` is the version that was read.
///
/// # Errors
/// `NotFound`, also for who is no super user any more; `Invalid` at `reason`; the conflicts `changed-meanwhile`, also
/// when the tenant is suspended already, and `deletion-scheduled`.
pub fn suspend(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    reason: &str,
) -> Result<Tenant> {
    switch(conn, by, id, shown, reason, true)
}

/// Gives a suspended tenant everything back.
///
/// # Errors
/// As [`suspend`].
pub fn resume(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    reason: &str,
) -> Result<Tenant> {
    switch(conn, by, id, shown, reason, false)
}

fn switch(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    reason: &str,
    off: bool,
) -> Result<Tenant> {
    // First, for its lock: a key that is generated at the same moment is either there already, or finds the tenant
    // suspended.
    change_log::hold(conn)?;
    let tenant = db::tenants::find(conn, id)?;
    if tenant.deletion_at.is_some() {
        return Err(Conflict::DeletionScheduled.into());
    }
    if version(&tenant) != shown || tenant.suspended_at.is_some() == off {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let reason =
        limits::check_reason(reason).map_err(|message| Error::invalid("reason", message))?;
    apply(conn, id, off.then_some((by.now(), &reason)))?;
    let (before, after) = if off {
        ("active", "suspended")
    } else {
        ("suspended", "active")
    };
    let decision = Decision {
        before: before.into(),
        after: after.into(),
        reason,
    };
    let event = if off {
        Event::TenantSuspended(decision)
    } else {
        Event::TenantResumed(decision)
    };
    record_by_overseer(conn, by, id, &event, object(&tenant))?;
    db::tenants::find(conn, id)
}

/// Has every server take over the new state, and notes it for the explanations of later refusals.
pub(super) fn apply(
    conn: &mut Conn,
    id: TenantId,
    suspension: Option<(time::Timestamp, &String)>,
) -> Result<()> {
    let rev = change_log::append(conn, Item::Tenant(id))?;
    db::tenants::set_suspension(conn, id, suspension.map(|(at, reason)| (at, &**reason)))?;
    let snapshot = TenantSnapshot {
        suspended_at: suspension.map(|(at, _)| at),
    };
    let text = serde_json::to_string(&snapshot).map_err(Error::internal)?;
    change_log::describe(conn, rev, text)
}

/// When a tenant was suspended and resumed, newest first.
pub fn history(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Past<Decision>>> {
    tenant_history::list(conn, tenant, &[TENANT_SUSPENDED, TENANT_RESUMED], SHOWN)
}
