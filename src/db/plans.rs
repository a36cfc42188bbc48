//! The plans, as the server that started last read them in its configuration: so commands at a shell and every server
//! know the same ones. A tenant's row has the name of its plan, also when there is no such plan any more.

use std::collections::HashSet;

use diesel::prelude::*;

use super::schema::{plans, tenants};
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::rollout::Feature;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans)]
struct Row {
    name: String,
    position: i32,
    key_limit: i64,
    features: String,
}

/// Every plan, in the order of the configuration.
pub fn list(conn: &mut Conn) -> Result<Vec<Plan>> {
    let query = plans::table.order(plans::position).select(Row::as_select());
    let found: Vec<Row> = rows::load(conn, query)?;
    let plan = |row: Row| Plan {
        name: row.name,
        key_limit: row.key_limit,
        features: row
            .features
            .split_whitespace()
            .filter_map(Feature::parse)
            .collect(),
    };
    Ok(found.into_iter().map(plan).collect())
}

/// Puts these plans in place of all others.
pub fn replace(conn: &mut Conn, all: &[Plan]) -> Result<()> {
    // Of servers that start together each replaces what the one before it wrote.
    dialect::hold_changes(conn)?;
    diesel::delete(plans::table).execute(conn)?;
    for (position, plan) in (0..).zip(all) {
        let features: Vec<&str> = plan.features.iter().map(|one| one.as_str()).collect();
        let row = Row {
            name: plan.name.clone(),
            position,
            key_limit: plan.key_limit,
            features: features.join(" "),
        };
        diesel::insert_into(plans::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(())
}

/// The names of the plans with a feature.
pub fn names_with(conn: &mut Conn, feature: Feature) -> Result<HashSet<String>> {
    let with = list(conn)?.into_iter();
    let with = with.filter(|plan| plan.features.contains(&feature));
    Ok(with.map(|plan| plan.name).collect())
}

/// A tenant by its id alone.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
struct Id {
    id: TenantId,
}

/// The tenants whose plan has a feature.
pub fn tenants_with(conn: &mut Conn, feature: Feature) -> Result<Vec<TenantId>> {
    let names = names_with(conn, feature)?;
    let query = tenants::table
        .filter(tenants::plan.eq_any(names))
        .select(Id::as_select());
    let found: Vec<Id> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|tenant| tenant.id).collect())
}

/// The names of plans that tenants have and that are no plans any more.
pub fn list_lost(conn: &mut Conn) -> Result<Vec<String>> {
    let names: Vec<String> = list(conn)?.into_iter().map(|plan| plan.name).collect();
    let mut lost: Vec<String> = tenants::table
        .filter(tenants::plan.ne_all(names))
        .select(tenants::plan)
        .distinct()
        .load(conn)?;
    lost.sort();
    Ok(lost)
}
