//! The key limit of a tenant, as support staff changes it, and the way it went.

use super::tenant_history::{self, Past};
use super::{Object, record_by_supporter, version_of};
use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn, change_log, tenants::Tenant};
use crate::domain::audit::{
    Event, LIMIT_CHANGED, LIMIT_DECLINED, LIMIT_REQUESTED, LIMIT_WITHDRAWN,
};
use crate::domain::id::TenantId;
use crate::domain::limits::{self, Draft, Input, Outcome, Step};
use crate::domain::numbers::Count;
use crate::domain::role::Supporter;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Steps that are shown.
const SHOWN: i64 = 20;

/// What came of setting a limit.
#[derive(Debug, PartialEq, Eq)]
pub enum Raised {
    /// It is set now, and an open request is granted.
    Set(Draft),
    /// Somebody set this one meanwhile; nothing was changed.
    Meanwhile(i64),
}

/// A short word for what a tenant asks for: it changes when the tenant asks for something else. Empty without a request.
pub fn version_of_request(open: Option<&LimitRequest>) -> String {
    open.map_or_else(String::new, |open| {
        version_of(&[&open.id.to_string(), &open.wanted.to_string(), &open.reason])
    })
}

/// Refuses an answer to another request than the one that was read. Ask under the change log's lock.
fn must_be_as_read(open: Option<&LimitRequest>, asked: &str) -> Result<()> {
    if version_of_request(open) == asked {
        return Ok(());
    }
    Err(match open {
        Some(_) => Conflict::LimitRequestChanged,
        None => Conflict::LimitRequestClosed,
    }
    .into())
}

/// Sets the limit of a tenant, provided that it still is what the form `shown`, and that the tenant still asks for
/// what it did then, by [`version_of_request`].
///
/// # Errors
/// `NotFound`; `Invalid` at `limit` and `reason`, also for a limit under what is in use; the
/// conflicts `limit-request-changed` and `limit-request-closed`.
pub fn set(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    (shown, asked): (i64, &str),
    input: &Input<'_>,
) -> Result<Raised> {
    // No key is made between the count and the new limit.
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    if row.key_limit != shown {
        return Ok(Raised::Meanwhile(row.key_limit));
    }
    let open = db::limit_requests::find_open(conn, tenant)?;
    must_be_as_read(open.as_ref(), asked)?;
    let used = db::keys::count_toward_limit(conn, tenant, by.now)?;
    let wanted = input.check(used.max(1))?;
    if wanted.limit == row.key_limit {
        let same = format!("The limit is {} already.", Count(shown));
        return Err(Error::invalid("limit", same));
    }
    db::tenants::set_key_limit(conn, tenant, wanted.limit)?;
    db::limit_requests::close(conn, tenant, Outcome::Granted, by.now)?;
    let step = step(&row, &wanted);
    note(conn, by, &row, &Event::LimitChanged(step))?;
    Ok(Raised::Set(wanted))
}

/// Declines the tenant's open request, provided that it still is the one that was read, by [`version_of_request`].
///
/// # Errors
/// `NotFound`; `Invalid` at `reason`; the conflicts `no-limit-request` when there is none any more, and
/// `limit-request-changed`.
pub fn decline(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    asked: &str,
    reason: &str,
) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    let open = db::limit_requests::find_open(conn, tenant)?.ok_or(Conflict::NoLimitRequest)?;
    must_be_as_read(Some(&open), asked)?;
    let reason =
        limits::check_reason(reason).map_err(|message| Error::invalid("reason", message))?;
    db::limit_requests::close(conn, tenant, Outcome::Declined, by.now)?;
    let limit = open.wanted;
    let step = step(&row, &Draft { limit, reason });
    note(conn, by, &row, &Event::LimitDeclined(step))
}

pub(super) fn step(tenant: &Tenant, wanted: &Draft) -> Step {
    Step {
        before: tenant.key_limit,
        limit: wanted.limit,
        reason: wanted.reason.clone(),
    }
}

pub(super) fn object(tenant: &Tenant) -> Object<'_> {
    Object {
        kind: "tenant",
        id: tenant.id.to_string(),
        name: &tenant.name,
    }
}

fn note(conn: &mut Conn, by: &Supporter, tenant: &Tenant, event: &Event) -> Result<()> {
    record_by_supporter(conn, by, Some(tenant.id), event, object(tenant))
}

/// What happened to a tenant's limit, newest first.
pub fn history(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Past<Step>>> {
    let kinds = [
        LIMIT_REQUESTED,
        LIMIT_WITHDRAWN,
        LIMIT_DECLINED,
        LIMIT_CHANGED,
    ];
    tenant_history::list(conn, tenant, &kinds, SHOWN)
}

/// What support decided last, if that was after `since` and nothing was asked for again.
pub fn last_decision(
    conn: &mut Conn,
    tenant: TenantId,
    since: Timestamp,
) -> Result<Option<Past<Step>>> {
    let kinds = [LIMIT_REQUESTED, LIMIT_DECLINED, LIMIT_CHANGED];
    let last: Option<Past<Step>> = tenant_history::list(conn, tenant, &kinds, 1)?.pop();
    Ok(last.filter(|past| past.at > since && past.action != LIMIT_REQUESTED))
}
