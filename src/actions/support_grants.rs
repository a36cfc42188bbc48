//! Support staff looks at a tenant for half an hour, when one of its admins allows it; each page seen is in the tenant's
//! log.

use chrono::TimeDelta;
use serde_json::json;

use super::limits::object;
use super::{record, record_by_supporter};
use crate::db::support_grants::{self as grants, Grant};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::{SupportGrantId, TenantId};
use crate::domain::right::Right;
use crate::domain::role::{Actor, Supporter};
use crate::domain::{Conflict, Error, Result, limits};

/// Minutes for which a grant holds.
pub const MINUTES: i64 = 30;
/// Staff asks. What is asked or granted already stays as it is.
///
/// # Errors
/// `NotFound`; `Invalid` at `reason`; a conflict `tenant-suspended`.
pub fn ask(conn: &mut Conn, by: &Supporter, tenant: TenantId, reason: &str) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    db::users::find_support(conn, by.id)?;
    let reason = limits::check_reason(reason).map_err(|text| Error::invalid("reason", text))?;
    if row.suspended_at.is_some() {
        return Err(Conflict::TenantSuspended.into());
    }
    let last = grants::find_last(conn, tenant, by.id)?;
    if last.is_some_and(|last| last.is_asked(by.now) || last.until(by.now).is_some()) {
        return Ok(());
    }
    grants::insert(conn, (tenant, by.id), (&by.name, &reason), by.now)?;
    let event = Event::SupportAccessAsked(json!({ "reason": reason, "minutes": MINUTES }));
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))
}

/// An admin lets the person look.
///
/// # Errors
/// `Forbidden` for viewers and keys; `NotFound`; a conflict `changed-meanwhile` when it is no longer asked.
pub fn grant(conn: &mut Conn, by: &Actor, id: SupportGrantId) -> Result<Grant> {
    let asked = must_be_asked(conn, by, id)?;
    // Who left the staff meanwhile gets nothing.
    db::users::find_support(conn, asked.user_id)?;
    grants::set_granted(conn, id, by.now + TimeDelta::minutes(MINUTES))?;
    answer(conn, by, asked, Event::SupportAccessGranted)
}

/// An admin says no.
///
/// # Errors
/// As [`grant`].
pub fn decline(conn: &mut Conn, by: &Actor, id: SupportGrantId) -> Result<Grant> {
    let asked = must_be_asked(conn, by, id)?;
    grants::set_ended(conn, id, by.now)?;
    answer(conn, by, asked, Event::SupportAccessDeclined)
}

/// An admin ends it: the next request of the person finds nothing. One that is over already stays so.
///
/// # Errors
/// `Forbidden` for viewers and keys; `NotFound`.
pub fn end(conn: &mut Conn, by: &Actor, id: SupportGrantId) -> Result<()> {
    by.must_hold(Right::AdmitSupport)?;
    change_log::hold(conn)?;
    let found = grants::find(conn, by.tenant, id)?;
    if found.until(by.now).is_none() {
        return Ok(());
    }
    grants::set_ended(conn, id, by.now)?;
    answer(conn, by, found, Event::SupportAccessEnded).map(|_| ())
}

fn must_be_asked(conn: &mut Conn, by: &Actor, id: SupportGrantId) -> Result<Grant> {
    by.must_hold(Right::AdmitSupport)?;
    change_log::hold(conn)?;
    let found = grants::find(conn, by.tenant, id)?;
    if found.is_asked(by.now) {
        return Ok(found);
    }
    Err(Conflict::ChangedMeanwhile.into())
}

fn answer(
    conn: &mut Conn,
    by: &Actor,
    of: Grant,
    event: fn(serde_json::Value) -> Event,
) -> Result<Grant> {
    let tenant = db::tenants::find(conn, by.tenant)?;
    let event = event(json!({ "staff": of.staff }));
    record(conn, by, &event, object(&tenant))?;
    Ok(of)
}

/// The person themselves opens the tenant's pages.
///
/// # Errors
/// `NotFound` without a grant that holds.
pub fn open(conn: &mut Conn, by: &Supporter, tenant: TenantId) -> Result<()> {
    let granted = granted(conn, by, tenant)?.ok_or(Error::NotFound)?;
    grants::set_opened(conn, granted.id, by.now)
}

/// The person themselves ends it, or takes the question back.
///
/// # Errors
/// `NotFound` without such a tenant.
pub fn leave(conn: &mut Conn, by: &Supporter, tenant: TenantId) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    let last = grants::find_last(conn, tenant, by.id)?;
    let live = last.filter(|last| last.is_asked(by.now) || last.until(by.now).is_some());
    let Some(live) = live else { return Ok(()) };
    grants::set_ended(conn, live.id, by.now)?;
    let event = Event::SupportAccessEnded(json!({ "staff": live.staff }));
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))
}

/// The person's grant in a tenant that holds now.
fn granted(conn: &mut Conn, by: &Supporter, tenant: TenantId) -> Result<Option<Grant>> {
    let last = grants::find_last(conn, tenant, by.id)?;
    Ok(last.filter(|last| last.until(by.now).is_some()))
}

/// Puts a page on record before it is shown. A part of the page that was put on record last (`is_part`) is not noted
/// again and again.
///
/// # Errors
/// `NotFound` when the grant ended a moment ago.
pub fn note_page(conn: &mut Conn, by: &Supporter, path: &str, is_part: bool) -> Result<()> {
    let present = grants::find_present(conn, by.id, by.now)?.ok_or(Error::NotFound)?;
    if is_part && present.last_path == path {
        return Ok(());
    }
    let tenant = db::tenants::find(conn, present.grant.tenant_id)?;
    grants::set_last_path(conn, present.grant.id, path)?;
    let event = Event::SupportPageSeen(json!({ "page": path }));
    record_by_supporter(conn, by, Some(tenant.id), &event, object(&tenant))
}
