//! The key limit of a tenant, as support staff changes it, and the way it went.

use super::tenant_history::{self, Past};
use super::{Object, limit_ends, record_by_supporter, version_of};
use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn, change_log, tenants::Tenant};
use crate::domain::audit::{
    Event, LIMIT_CHANGED, LIMIT_DECLINED, LIMIT_ENDED, LIMIT_REQUESTED, LIMIT_WITHDRAWN,
};
use crate::domain::id::TenantId;
use crate::domain::limit_end::{self, LimitEnd};
use crate::domain::limits::{self, Draft, Input, Outcome, Step};
use crate::domain::numbers::Count;
use crate::domain::role::Supporter;
use crate::domain::time::{self, Timestamp};
use crate::domain::validate::FieldErrors;
use crate::domain::zone::Zone;
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

/// What a form showed of a limit: what it sets must be a change of that.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown<'a> {
    /// The limit.
    pub limit: i64,
    /// Its end, by [`version_of_end`].
    pub end: &'a str,
    /// What the tenant asked for, by [`version_of_request`].
    pub asked: &'a str,
}

/// An end as typed.
#[derive(Debug, Clone, Copy)]
pub struct Until<'a> {
    /// The text.
    pub typed: &'a str,
    /// The zone of a time in it.
    pub zone: Zone,
}

/// A word for the end of a limit; empty for a limit that lasts.
pub fn version_of_end(end: Option<LimitEnd>) -> String {
    end.map_or_else(String::new, |end| {
        format!("{} {}", time::rfc3339(end.at), end.then)
    })
}

/// Sets the limit of a tenant, for good or `until` an end as typed, provided that it still is what the form showed, and
/// that the tenant still asks for what it did then.
///
/// # Errors
/// `NotFound`; `Invalid` at `limit`, `until` and `reason`, also for a limit under what is in use; the
/// conflicts `changed-meanwhile`, `limit-request-changed` and `limit-request-closed`.
pub fn set(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    shown: Shown<'_>,
    input: &Input<'_>,
    until: Until<'_>,
) -> Result<Raised> {
    // No key is made between the count and the new limit.
    change_log::hold(conn)?;
    let (row, _) = limit_ends::settle(conn, tenant, by.now)?;
    if row.key_limit != shown.limit {
        return Ok(Raised::Meanwhile(row.key_limit));
    }
    let (_, old_end) = limit_ends::current(conn, tenant, by.now)?;
    if version_of_end(old_end) != shown.end {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let open = db::limit_requests::find_open(conn, tenant)?;
    must_be_as_read(open.as_ref(), shown.asked)?;
    let used = db::keys::count_toward_limit(conn, tenant, by.now)?;
    let (wanted, at) = check(input, until, used.max(1), by.now)?;
    // A limit for a while that takes the place of another falls back to what there was before both.
    let then = old_end.map_or(row.key_limit, |end| end.then);
    let end = at.map(|at| LimitEnd { at, then });
    if end.is_some() && wanted.limit <= then {
        let text = format!(
            "Only a limit above {} can end, since it falls back to that. Leave this empty.",
            Count(then)
        );
        return Err(Error::invalid("until", text));
    }
    if wanted.limit == row.key_limit && end == old_end {
        let same = format!("The limit is {} already.", Count(row.key_limit));
        return Err(Error::invalid("limit", same));
    }
    db::tenants::set_key_limit(conn, tenant, wanted.limit)?;
    db::limit_ends::replace(conn, tenant, end)?;
    db::limit_requests::close(conn, tenant, Outcome::Granted, by.now)?;
    let step = step(&row, &wanted, end);
    note(conn, by, &row, &Event::LimitChanged(step))?;
    Ok(Raised::Set(wanted))
}

/// What was typed, all of it looked at before anything is complained about.
fn check(
    input: &Input<'_>,
    until: Until<'_>,
    least: i64,
    now: Timestamp,
) -> Result<(Draft, Option<Timestamp>)> {
    let (mut wanted, mut errors) = (Draft::default(), FieldErrors::default());
    errors.absorb(input.check(least).map(|draft| wanted = draft))?;
    let at = errors.take("until", limit_end::check(until.typed, now, until.zone));
    errors.into_result()?;
    Ok((wanted, at))
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
    let step = step(&row, &Draft { limit, reason }, None);
    note(conn, by, &row, &Event::LimitDeclined(step))
}

pub(super) fn step(tenant: &Tenant, wanted: &Draft, end: Option<LimitEnd>) -> Step {
    Step::new(tenant.key_limit, wanted.limit, &wanted.reason, end)
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
        LIMIT_ENDED,
    ];
    tenant_history::list(conn, tenant, &kinds, SHOWN)
}

/// What was decided last, or by itself fell due, if that was after `since` and nothing was asked for again.
pub fn last_decision(
    conn: &mut Conn,
    tenant: TenantId,
    since: Timestamp,
) -> Result<Option<Past<Step>>> {
    let kinds = [LIMIT_REQUESTED, LIMIT_DECLINED, LIMIT_CHANGED, LIMIT_ENDED];
    let last: Option<Past<Step>> = tenant_history::list(conn, tenant, &kinds, 1)?.pop();
    Ok(last.filter(|past| past.at > since && past.action != LIMIT_REQUESTED))
}
