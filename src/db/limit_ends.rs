//! When limits that were raised for a while end, and when they did.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::limit_ends as ends;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::limit_end::LimitEnd;
use crate::domain::time::Timestamp;

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
