//! How far features are rolled out, and which tenants store something in them.

use diesel::prelude::*;

use super::schema::{feature_rollouts as rollouts, integration_credentials as credentials};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::rollout::Feature;

/// Part of the tenants that has the feature, unless something holds for one of them alone: 0 to 100.
pub fn percentage(conn: &mut Conn, feature: Feature) -> Result<i64> {
    let found = rollouts::table
        .find(feature.as_str())
        .select(rollouts::percentage)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Sets that part.
pub fn set_percentage(conn: &mut Conn, feature: Feature, percentage: i64) -> Result<()> {
    let set = rollouts::percentage.eq(percentage);
    let row = rollouts::table.find(feature.as_str());
    if diesel::update(row).set(set).execute(conn)? == 0 {
        diesel::insert_into(rollouts::table)
            .values((rollouts::feature.eq(feature.as_str()), set))
            .execute(conn)?;
    }
    Ok(())
}

/// A tenant that stores something.
#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct Storing {
    tenant_id: TenantId,
}

/// The tenants that store something in the feature.
pub fn list_storing(conn: &mut Conn, feature: Feature) -> Result<Vec<TenantId>> {
    let query = match feature {
        Feature::Integrations => credentials::table
            .group_by(credentials::tenant_id)
            .select(Storing::as_select()),
    };
    let found: Vec<Storing> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|one| one.tenant_id).collect())
}
