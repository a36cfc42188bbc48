//! Deleting a tenant with all that is its own: scheduled by a super user, taken back until then, done when it is due.

use chrono::TimeDelta;
use serde_json::json;

use super::limits::object;
use super::tenant_history::{self, Past};
use super::{Object, record_by_overseer, record_by_steward, suspensions};
use crate::db::change_log::{self, Item};
use crate::db::tenants::Tenant;
use crate::db::{self, Conn, tenant_deletions as stored};
use crate::domain::audit::{DELETION_SCHEDULED, DELETION_TAKEN_BACK, Event};
use crate::domain::decision::Decision;
use crate::domain::id::TenantId;
use crate::domain::role::{Overseer, Steward, Who};
use crate::domain::rollout::Feature;
use crate::domain::time::{Timestamp, day, rfc3339};
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result, limits};

/// Days until a deletion is due.
pub const DAYS: i64 = 30;
/// Minutes after which no server has anything to write about a tenant whose deletion began.
const GRACE_MINUTES: i64 = 10;
/// People whose membership goes at once.
const PEOPLE: i64 = 50;
/// Steps that are shown.
const SHOWN: i64 = 20;

/// What a form shows of a tenant, by which a change that came between is noticed.
pub fn version(tenant: &Tenant) -> String {
    let due = tenant.deletion_at.map_or_else(|| "kept".into(), rfc3339);
    format!("{} {due}", suspensions::version(tenant))
}

/// Schedules the deletion of a tenant, 30 days from now. Until then it is suspended. `shown` is the version that was read,
/// `typed` its name.
///
/// # Errors
/// `NotFound`, also for who is no super user any more; `Invalid` at `choice` and `reason`; a conflict `changed-meanwhile`.
pub fn schedule(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    (typed, reason): (&str, &str),
) -> Result<Tenant> {
    let tenant = read(conn, id, shown)?;
    if tenant.deletion_at.is_some() {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let mut errors = FieldErrors::default();
    if typed.trim() != tenant.name {
        let text = format!("Type the name, {}, to go on. Capitals matter.", tenant.name);
        errors.add("choice", text);
    }
    let reason = errors.take("reason", limits::check_reason(reason));
    errors.into_result()?;
    let due = by.now() + TimeDelta::days(DAYS);
    if tenant.suspended_at.is_none() {
        suspensions::apply(conn, id, Some((by.now(), &reason)))?;
    }
    stored::set(conn, id, Some((due, by.name(), &reason)))?;
    let decision = Decision {
        before: "kept".into(),
        after: format!("deleted on {}", day(due)),
        reason,
    };
    let event = Event::TenantDeletionScheduled(decision);
    record_by_overseer(conn, by, id, &event, object(&tenant))?;
    db::tenants::find(conn, id)
}

/// Takes a scheduled deletion back: the tenant is resumed, unless it was suspended before.
///
/// # Errors
/// `NotFound`, also for who is no super user any more; `Invalid` at `reason`; a conflict `changed-meanwhile`, also once
/// the deletion is due.
pub fn take_back(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    reason: &str,
) -> Result<Tenant> {
    let tenant = read(conn, id, shown)?;
    let Some(due) = tenant.deletion_at.filter(|due| *due > by.now()) else {
        return Err(Conflict::ChangedMeanwhile.into());
    };
    let reason =
        limits::check_reason(reason).map_err(|message| Error::invalid("reason", message))?;
    if !stored::set(conn, id, None)? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if tenant.suspended_at == Some(due - TimeDelta::days(DAYS)) {
        suspensions::apply(conn, id, None)?;
    }
    let decision = Decision {
        before: format!("deleted on {}", day(due)),
        after: "kept".into(),
        reason,
    };
    let event = Event::TenantDeletionTakenBack(decision);
    record_by_overseer(conn, by, id, &event, object(&tenant))?;
    db::tenants::find(conn, id)
}

/// The tenant as it was read, under the lock of the decision.
fn read(conn: &mut Conn, id: TenantId, shown: &str) -> Result<Tenant> {
    change_log::hold(conn)?;
    let tenant = db::tenants::find(conn, id)?;
    if version(&tenant) != shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    Ok(tenant)
}

/// When deletions of a tenant were scheduled and taken back, newest first.
pub fn history(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Past<Decision>>> {
    let kinds = [DELETION_SCHEDULED, DELETION_TAKEN_BACK];
    tenant_history::list(conn, tenant, &kinds, SHOWN)
}

/// Begins a deletion that is due: every server forgets the tenant's keys, and nothing is taken back any more.
pub fn begin(conn: &mut Conn, id: TenantId, now: Timestamp) -> Result<()> {
    change_log::hold(conn)?;
    if stored::set_begun(conn, id, now)? {
        change_log::append(conn, Item::Tenant(id))?;
    }
    Ok(())
}

/// True when every server has forgotten a tenant, and written what it still knew of it.
pub fn is_forgotten(begun_at: Timestamp, now: Timestamp) -> bool {
    begun_at <= now - TimeDelta::minutes(GRACE_MINUTES)
}

/// Takes some of the people out; false when nobody is left. Who is in no other tenant, and no staff, loses the account.
pub fn let_people_go(conn: &mut Conn, id: TenantId) -> Result<bool> {
    let people = stored::some_people(conn, id, PEOPLE)?;
    for user in &people {
        stored::end_sessions(conn, id, *user)?;
        db::members::delete(conn, id, *user)?;
        let is_elsewhere = !db::members::list_tenants(conn, *user)?.is_empty();
        if !is_elsewhere && !db::users::is_staff(conn, *user)? {
            stored::delete_account(conn, *user)?;
        }
    }
    Ok(!people.is_empty())
}

/// Deletes the tenant itself, when nothing else of it is left. The installation's log keeps its name, and who decided.
pub fn finish(conn: &mut Conn, id: TenantId, now: Timestamp) -> Result<()> {
    change_log::append(conn, Item::Rollout(Feature::Integrations))?;
    let tenant = match db::tenants::find(conn, id) {
        // Another server was faster.
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if !stored::delete(conn, id)? {
        return Ok(());
    }
    let scheduled = tenant.deletion_at.map(|due| due - TimeDelta::days(DAYS));
    let event = Event::TenantDeleted(json!({
        "by": tenant.deletion_by,
        "reason": tenant.deletion_reason,
        "scheduled_at": scheduled.map(rfc3339),
    }));
    let by = Steward {
        who: Who::Keystead,
        ..Steward::operator(now)
    };
    let object = Object {
        kind: "tenant",
        id: id.to_string(),
        name: &tenant.name,
    };
    record_by_steward(conn, &by, &event, object)
}
