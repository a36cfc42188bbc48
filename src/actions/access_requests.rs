//! A tenant asks for a feature that it does not have, and support answers.

use super::limit_requests::asker;
use super::limits::object;
use super::{record, record_by_supporter, rollouts, version_of};
use crate::db::access_requests::AccessRequest;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::decision::{Decision, Input};
use crate::domain::id::TenantId;
use crate::domain::limits::{self, Outcome};
use crate::domain::role::{Actor, Supporter};
use crate::domain::rollout::{Access, Feature};
use crate::domain::{Conflict, Error, Result};

/// Makes the tenant's request, or changes the one that is open. The same again leaves no trace.
///
/// # Errors
/// `Forbidden` for viewers and keys; `Invalid` at `reason`; a conflict `access-available`.
pub fn ask(conn: &mut Conn, by: &Actor, feature: Feature, reason: &str) -> Result<()> {
    let email = asker(by)?;
    change_log::hold(conn)?;
    if rollouts::access(conn, by.tenant, feature)? == Access::Available {
        return Err(Conflict::AccessAvailable.into());
    }
    let reason = check_reason(reason)?;
    let open = db::access_requests::find_open(conn, by.tenant, feature)?;
    if open.is_some_and(|open| open.reason == reason) {
        return Ok(());
    }
    db::access_requests::open(conn, by.tenant, feature, (&reason, email), by.now)?;
    let tenant = db::tenants::find(conn, by.tenant)?;
    record(
        conn,
        by,
        &Event::AccessRequested(said(reason)),
        object(&tenant),
    )
}

/// True for whoever may ask.
pub fn may_ask(by: &Actor) -> bool {
    asker(by).is_ok()
}

/// Takes the open request back.
///
/// # Errors
/// `Forbidden` for viewers and keys; a conflict `no-access-request`.
pub fn withdraw(conn: &mut Conn, by: &Actor, feature: Feature) -> Result<()> {
    asker(by)?;
    change_log::hold(conn)?;
    let open = must_be_open(conn, by.tenant, feature)?;
    db::access_requests::close(conn, open.id, Outcome::Withdrawn, None, by.now)?;
    let tenant = db::tenants::find(conn, by.tenant)?;
    let event = Event::AccessWithdrawn(said(String::new()));
    record(conn, by, &event, object(&tenant))
}

/// Declines the open request, provided that it still is the one that was read, by [`version`].
///
/// # Errors
/// `NotFound`; `Invalid` at `reason`; the conflicts `no-access-request` and `changed-meanwhile`.
pub fn decline(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    feature: Feature,
    input: &Input<'_>,
) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    let open = must_be_open(conn, tenant, feature)?;
    if version(Some(&open)) != input.shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let answer = check_reason(input.reason)?;
    db::access_requests::close(conn, open.id, Outcome::Declined, Some(&answer), by.now)?;
    let event = Event::AccessDeclined(said(answer));
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))
}

/// Grants the open request of a tenant that has the feature now, whatever it was that gave it.
pub(super) fn settle(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    feature: Feature,
    answer: &str,
) -> Result<()> {
    let Some(open) = db::access_requests::find_open(conn, tenant, feature)? else {
        return Ok(());
    };
    if rollouts::access(conn, tenant, feature)? != Access::Available {
        return Ok(());
    }
    db::access_requests::close(conn, open.id, Outcome::Granted, Some(answer), by.now)?;
    let row = db::tenants::find(conn, tenant)?;
    let event = Event::AccessGranted(said(answer.into()));
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))
}

/// A short word for what a tenant asks for: it changes when the tenant asks for something else. Empty without a request.
pub fn version(open: Option<&AccessRequest>) -> String {
    open.map_or_else(String::new, |open| {
        version_of(&[&open.id.to_string(), &open.reason])
    })
}

fn must_be_open(conn: &mut Conn, tenant: TenantId, feature: Feature) -> Result<AccessRequest> {
    let open = db::access_requests::find_open(conn, tenant, feature)?;
    open.ok_or_else(|| Conflict::NoAccessRequest.into())
}

fn check_reason(text: &str) -> Result<String> {
    limits::check_reason(text).map_err(|message| Error::invalid("reason", message))
}

/// A step that is words alone.
fn said(reason: String) -> Decision {
    Decision {
        before: String::new(),
        after: String::new(),
        reason,
    }
}
