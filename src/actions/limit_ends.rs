//! A limit that was raised for a while falls back by itself.

use super::{Object, record};
use crate::db::tenants::Tenant;
use crate::db::{self, Conn, change_log};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::TenantId;
use crate::domain::limit_end::LimitEnd;
use crate::domain::limits::Step;
use crate::domain::role::{Actor, Who};
use crate::domain::time::Timestamp;

/// The limit of a tenant at this moment, and its end to come. It does not wait for the row to be changed.
pub fn current(
    conn: &mut Conn,
    tenant: TenantId,
    now: Timestamp,
) -> Result<(i64, Option<LimitEnd>)> {
    let limit = db::tenants::find(conn, tenant)?.key_limit;
    let end = db::limit_ends::find(conn, tenant)?.and_then(|end| end.to_come());
    Ok(match end {
        Some(end) if end.at <= now => (end.then, None),
        other => (limit, other),
    })
}

/// Lets the limit of a tenant fall back, if its end has come. Whichever server comes first does it.
///
/// # Errors
/// `NotFound`.
pub fn finish_if_due(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<bool> {
    change_log::hold(conn)?;
    Ok(settle(conn, tenant, now)?.1)
}

/// As [`finish_if_due`], for who holds the lock of the change log already; gives the tenant as it then is.
pub(super) fn settle(conn: &mut Conn, id: TenantId, now: Timestamp) -> Result<(Tenant, bool)> {
    let tenant = db::tenants::find(conn, id)?;
    let end = db::limit_ends::find(conn, id)?.and_then(|end| end.to_come());
    let Some(end) = end.filter(|end| end.at <= now) else {
        return Ok((tenant, false));
    };
    db::tenants::set_key_limit(conn, id, end.then)?;
    db::limit_ends::set_fallen(conn, id, now)?;
    let by = Actor {
        who: Who::Keystead,
        tenant: id,
        now,
        address: None,
        request_id: String::new(),
    };
    let object = Object {
        kind: "tenant",
        id: id.to_string(),
        name: &tenant.name,
    };
    let step = Step::new(tenant.key_limit, end.then, "", None);
    record(conn, &by, &Event::LimitEnded(step), object)?;
    Ok((db::tenants::find(conn, id)?, true))
}
