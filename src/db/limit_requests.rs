//! What tenants ask of the support staff: a higher key limit. A tenant has at most one open request.

use diesel::prelude::*;

use super::schema::{limit_requests as requests, tenants};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{LimitRequestId, TenantId};
use crate::domain::limits::{Draft, Outcome};
use crate::domain::time::Timestamp;

/// A request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct LimitRequest {
    /// Identifier; sorts by the time at which it was made first.
    pub id: LimitRequestId,
    /// Limit that the tenant wants.
    pub wanted: i64,
    /// What for.
    pub reason: String,
    /// E-mail address of the admin who asked last.
    pub asked_by: String,
    /// When they did.
    pub asked_at: Timestamp,
    /// When it was closed, if it was.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Support asked something, and the tenant has not answered yet.
    pub awaits_tenant: bool,
}

/// An open request, with its tenant.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct Queued {
    /// Identifier.
    pub id: LimitRequestId,
    /// Whose.
    pub tenant_id: TenantId,
    /// The name of that.
    #[diesel(select_expression = tenants::name)]
    pub tenant: String,
    /// Limit that the tenant has.
    #[diesel(select_expression = tenants::key_limit)]
    pub limit: i64,
    /// Limit that the tenant wants.
    pub wanted: i64,
    /// What for.
    pub reason: String,
    /// When they asked.
    pub asked_at: Timestamp,
    /// The tenant is waited for.
    pub awaits_tenant: bool,
}

/// The open requests of all tenants, at most `most`, the oldest first.
pub fn list_open(conn: &mut Conn, most: i64) -> Result<Vec<Queued>> {
    let query = requests::table
        .inner_join(tenants::table.on(tenants::id.eq(requests::tenant_id)))
        .filter(requests::closed_at.is_null())
        .order(requests::id)
        .limit(most)
        .select(Queued::as_select());
    rows::load(conn, query)
}

/// How many open requests wait for support.
pub fn count_unanswered(conn: &mut Conn) -> Result<i64> {
    Ok(requests::table
        .filter(requests::closed_at.is_null())
        .filter(requests::awaits_tenant.eq(false))
        .count()
        .get_result(conn)?)
}

/// The tenant's newest request; an open one is always that.
pub fn find_last(conn: &mut Conn, tenant: TenantId) -> Result<Option<LimitRequest>> {
    let query = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .order(requests::id.desc())
        .select(LimitRequest::as_select());
    rows::first_if_any(conn, query)
}

/// Notes which side is waited for.
pub fn set_awaits_tenant(conn: &mut Conn, id: LimitRequestId, awaits: bool) -> Result<()> {
    diesel::update(requests::table.find(id))
        .set(requests::awaits_tenant.eq(awaits))
        .execute(conn)?;
    Ok(())
}

/// The tenant's open request, if it has one.
pub fn find_open(conn: &mut Conn, tenant: TenantId) -> Result<Option<LimitRequest>> {
    let query = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null())
        .select(LimitRequest::as_select());
    rows::first_if_any(conn, query)
}

/// Makes a request, or changes the open one.
pub fn open(
    conn: &mut Conn,
    tenant: TenantId,
    wanted: &Draft,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    let said = (
        requests::wanted.eq(wanted.limit),
        requests::reason.eq(&wanted.reason),
        requests::asked_by.eq(by),
        requests::asked_at.eq(now.naive_utc()),
        // Who asks for something else has answered.
        requests::awaits_tenant.eq(false),
    );
    let open = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null());
    if diesel::update(open).set(said).execute(conn)? == 0 {
        let new = (
            requests::id.eq(LimitRequestId::new()),
            requests::tenant_id.eq(tenant),
        );
        diesel::insert_into(requests::table)
            .values((new, said))
            .execute(conn)?;
    }
    Ok(())
}

/// Closes the open request.
pub fn close(conn: &mut Conn, tenant: TenantId, outcome: Outcome, now: Timestamp) -> Result<()> {
    let open = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null());
    diesel::update(open)
        .set((
            requests::closed_at.eq(now.naive_utc()),
            requests::outcome.eq(outcome.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}
