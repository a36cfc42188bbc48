//! What holds for single tenants of a feature that is not there for everybody.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::feature_switches as switches;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::rollout::{Feature, Switch};

/// The switch of one tenant.
#[derive(Queryable, Selectable)]
#[diesel(table_name = switches)]
struct OfTenant {
    tenant_id: TenantId,
    state: Switch,
}

/// The tenant's switch, if anything holds for it alone.
pub fn find(conn: &mut Conn, tenant: TenantId, feature: Feature) -> Result<Option<Switch>> {
    let query = switches::table
        .filter(switches::tenant_id.eq(tenant))
        .filter(switches::feature.eq(feature.as_str()))
        .select(OfTenant::as_select());
    let found: Option<OfTenant> = rows::first_if_any(conn, query)?;
    Ok(found.map(|of| of.state))
}

/// The switches of all tenants that have one.
pub fn all(conn: &mut Conn, feature: Feature) -> Result<HashMap<TenantId, Switch>> {
    let query = switches::table
        .filter(switches::feature.eq(feature.as_str()))
        .select(OfTenant::as_select());
    Ok(by_tenant(rows::load(conn, query)?))
}

/// The switches of these tenants.
pub fn list(
    conn: &mut Conn,
    tenants: &[TenantId],
    feature: Feature,
) -> Result<HashMap<TenantId, Switch>> {
    let query = switches::table
        .filter(switches::tenant_id.eq_any(tenants))
        .filter(switches::feature.eq(feature.as_str()))
        .select(OfTenant::as_select());
    Ok(by_tenant(rows::load(conn, query)?))
}

fn by_tenant(found: Vec<OfTenant>) -> HashMap<TenantId, Switch> {
    found
        .into_iter()
        .map(|of| (of.tenant_id, of.state))
        .collect()
}

/// Sets the switch of a tenant, or leaves it to the percentage.
pub fn set(
    conn: &mut Conn,
    tenant: TenantId,
    feature: Feature,
    switch: Option<Switch>,
) -> Result<()> {
    let own = switches::table
        .filter(switches::tenant_id.eq(tenant))
        .filter(switches::feature.eq(feature.as_str()));
    diesel::delete(own).execute(conn)?;
    if let Some(state) = switch {
        let row = (
            switches::tenant_id.eq(tenant),
            switches::feature.eq(feature.as_str()),
            switches::state.eq(state),
        );
        diesel::insert_into(switches::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(())
}
