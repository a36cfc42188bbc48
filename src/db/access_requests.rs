//! Requests of tenants for a feature. A tenant has at most one open request for each.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::access_requests as requests;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{AccessRequestId, TenantId};
use crate::domain::limits::Outcome;
use crate::domain::rollout::Feature;
use crate::domain::time::Timestamp;

/// A request as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct AccessRequest {
    /// Identifier; sorts by the time at which it was made first.
    pub id: AccessRequestId,
    /// Whose.
    pub tenant_id: TenantId,
    /// What for.
    pub reason: String,
    /// E-mail address of the admin who asked last.
    pub asked_by: String,
    /// When they did.
    pub asked_at: Timestamp,
    /// When it ended, if it did.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What support answered.
    pub answer: Option<String>,
}

/// The tenant's open request, if it has one.
pub fn find_open(
    conn: &mut Conn,
    tenant: TenantId,
    feature: Feature,
) -> Result<Option<AccessRequest>> {
    let last = find_last(conn, tenant, feature)?;
    Ok(last.filter(|request| request.closed_at.is_none()))
}

/// The tenant's newest request; an open one is always that.
pub fn find_last(
    conn: &mut Conn,
    tenant: TenantId,
    feature: Feature,
) -> Result<Option<AccessRequest>> {
    let query = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::feature.eq(feature.as_str()))
        .order(requests::id.desc())
        .select(AccessRequest::as_select());
    rows::first_if_any(conn, query)
}

/// The open requests of all tenants, by tenant.
pub fn all_open(conn: &mut Conn, feature: Feature) -> Result<HashMap<TenantId, AccessRequest>> {
    let query = requests::table
        .filter(requests::feature.eq(feature.as_str()))
        .filter(requests::closed_at.is_null())
        .select(AccessRequest::as_select());
    let found: Vec<AccessRequest> = rows::load(conn, query)?;
    Ok(found
        .into_iter()
        .map(|request| (request.tenant_id, request))
        .collect())
}

/// Makes a request, or changes the open one.
pub fn open(
    conn: &mut Conn,
    tenant: TenantId,
    feature: Feature,
    (reason, by): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    let said = (
        requests::reason.eq(reason),
        requests::asked_by.eq(by),
        requests::asked_at.eq(now.naive_utc()),
    );
    let open = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::feature.eq(feature.as_str()))
        .filter(requests::closed_at.is_null());
    if diesel::update(open).set(said).execute(conn)? == 0 {
        let new = (
            requests::id.eq(AccessRequestId::new()),
            requests::tenant_id.eq(tenant),
            requests::feature.eq(feature.as_str()),
        );
        diesel::insert_into(requests::table)
            .values((new, said))
            .execute(conn)?;
    }
    Ok(())
}

/// Closes a request.
pub fn close(
    conn: &mut Conn,
    id: AccessRequestId,
    outcome: Outcome,
    answer: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    diesel::update(requests::table.find(id))
        .set((
            requests::closed_at.eq(now.naive_utc()),
            requests::outcome.eq(outcome.as_str()),
            requests::answer.eq(answer),
        ))
        .execute(conn)?;
    Ok(())
}
