//! When limits that were raised for a while end, and when they did.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{limit_ends as ends, tenants};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::limit_end::LimitEnd;
use crate::domain::time::Timestamp;

/// Ends that are listed at once.
const NEAR_SHOWN: i64 = 200;

/// The end of a tenant's limit.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = ends)]
pub struct EndOfLimit {
    /// Whose.
    pub tenant_id: TenantId,
    /// When.
    pub ends_at: Timestamp,
    /// What it falls back to.
    pub falls_to: i64,
    /// When it did.
    pub fell_at: Option<Timestamp>,
}

impl EndOfLimit {
    /// The end, while it is to come.
    pub fn to_come(&self) -> Option<LimitEnd> {
        let end = LimitEnd {
            at: self.ends_at,
            then: self.falls_to,
        };
        self.fell_at.is_none().then_some(end)
    }
}

/// That of a tenant.
pub fn find(conn: &mut Conn, tenant: TenantId) -> Result<Option<EndOfLimit>> {
    let query = ends::table.find(tenant).select(EndOfLimit::as_select());
    rows::first_if_any(conn, query)
}

/// Those of tenants.
pub fn list(conn: &mut Conn, tenants: &[TenantId]) -> Result<HashMap<TenantId, EndOfLimit>> {
    let query = ends::table
        .filter(ends::tenant_id.eq_any(tenants))
        .select(EndOfLimit::as_select());
    let found: Vec<EndOfLimit> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|one| (one.tenant_id, one)).collect())
}

/// Those that are to come no later than `until`, the next one first.
pub fn list_to_come(conn: &mut Conn, until: Timestamp) -> Result<Vec<EndOfLimit>> {
    let query = ends::table
        .filter(ends::fell_at.is_null())
        .filter(ends::ends_at.le(until.naive_utc()))
        .order((ends::ends_at, ends::tenant_id))
        .select(EndOfLimit::as_select());
    rows::load(conn, query)
}

/// An end that somebody should look at, with its tenant.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ends)]
pub struct NearEnd {
    /// Whose.
    pub tenant_id: TenantId,
    /// The name of that.
    #[diesel(select_expression = tenants::name)]
    pub tenant: String,
    /// The limit now.
    #[diesel(select_expression = tenants::key_limit)]
    pub limit: i64,
    /// The end.
    #[diesel(embed)]
    pub end: EndOfLimit,
}

/// Those that come until `soon`, and those that came after `since`, the oldest first.
pub fn list_near(conn: &mut Conn, soon: Timestamp, since: Timestamp) -> Result<Vec<NearEnd>> {
    let is_near = ends::fell_at
        .is_null()
        .and(ends::ends_at.le(soon.naive_utc()));
    let has_come = ends::fell_at.gt(since.naive_utc());
    let query = ends::table
        .inner_join(tenants::table.on(tenants::id.eq(ends::tenant_id)))
        .filter(is_near.or(has_come.assume_not_null()))
        .order((ends::ends_at, ends::tenant_id))
        .limit(NEAR_SHOWN)
        .select(NearEnd::as_select());
    rows::load(conn, query)
}

/// Puts an end, or none, in the place of what there was.
pub fn replace(conn: &mut Conn, tenant: TenantId, end: Option<LimitEnd>) -> Result<()> {
    diesel::delete(ends::table.find(tenant)).execute(conn)?;
    if let Some(end) = end {
        diesel::insert_into(ends::table)
            .values((
                ends::tenant_id.eq(tenant),
                ends::ends_at.eq(end.at.naive_utc()),
                ends::falls_to.eq(end.then),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Notes that the limit fell back.
pub fn set_fallen(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<()> {
    diesel::update(ends::table.find(tenant))
        .set(ends::fell_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}
