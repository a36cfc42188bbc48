//! Authorization groups: named sets of scopes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Conn;
use super::schema::authorization_groups as groups;
use crate::domain::id::{GroupId, TenantId};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// The built-in group that a key gets when none is asked for.
pub const FULL_ACCESS: &str = "Full access";
/// The built-in group that only reads.
pub const READ_ONLY: &str = "Read only";

/// A group as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = groups)]
pub struct Group {
    /// Identifier.
    pub id: String,
    /// Owner.
    pub tenant_id: String,
    /// Name, unique in the tenant.
    pub name: String,
    /// What it grants, in plain words.
    pub summary: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// True for the groups that every tenant has.
    pub built_in: bool,
    /// When it was made.
    pub created_at: NaiveDateTime,
}

/// Gives a new tenant its built-in groups.
pub fn insert_built_in(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<()> {
    let built_in = [
        (
            FULL_ACCESS,
            "Grants everything: reads and changes all data of this tenant.",
            "*:*",
        ),
        (
            READ_ONLY,
            "Grants reading: sees all data of this tenant and changes nothing.",
            "*:read",
        ),
    ];
    for (name, summary, scopes) in built_in {
        let row = Group {
            id: GroupId::new().to_string(),
            tenant_id: tenant.to_string(),
            name: name.into(),
            summary: summary.into(),
            scopes: scopes.into(),
            built_in: true,
            created_at: now.naive_utc(),
        };
        diesel::insert_into(groups::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(())
}

/// The groups of a tenant, in the order of the form.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Group>> {
    Ok(groups::table
        .filter(groups::tenant_id.eq(tenant.to_string()))
        .order((groups::built_in.desc(), groups::name))
        .select(Group::as_select())
        .load(conn)?)
}

/// A group of the tenant by id or by name.
///
/// # Errors
/// `Invalid` at `field` when the tenant has no such group; another tenant's group is no such group.
pub fn find(conn: &mut Conn, tenant: TenantId, name_or_id: &str, field: &str) -> Result<Group> {
    groups::table
        .filter(groups::tenant_id.eq(tenant.to_string()))
        .filter(groups::id.eq(name_or_id).or(groups::name.eq(name_or_id)))
        .select(Group::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::invalid(field, "Choose one of this tenant's authorization groups."))
}
