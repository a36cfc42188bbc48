//! Who belongs to which tenant, and as what.

use diesel::prelude::*;

use super::schema::{memberships, tenants, users};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// A person inside a tenant, as pages show them.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Member {
    /// The person.
    #[diesel(column_name = user_id)]
    pub user: UserId,
    /// E-mail address.
    #[diesel(select_expression = users::email)]
    pub email: String,
    /// Full name.
    #[diesel(select_expression = users::name)]
    pub name: String,
    /// Role in the tenant.
    pub role: Role,
    /// True for the operator of the installation.
    #[diesel(select_expression = users::super_user)]
    pub super_user: bool,
    /// The tenant.
    #[diesel(column_name = tenant_id)]
    pub tenant: TenantId,
    /// Its name.
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
}

/// Adds a person to a tenant.
pub fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    role: Role,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(memberships::table)
        .values((
            memberships::tenant_id.eq(tenant),
            memberships::user_id.eq(user),
            memberships::role.eq(role),
            memberships::created_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// A tenant of a person.
#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct Place {
    #[expect(dead_code, reason = "it names a row that can't be read")]
    user_id: UserId,
    tenant_id: TenantId,
}

/// The tenant in which a person starts: the one they joined first.
pub fn first_tenant(conn: &mut Conn, user: UserId) -> Result<Option<TenantId>> {
    let query = memberships::table
        .filter(memberships::user_id.eq(user))
        .order((memberships::created_at, memberships::tenant_id))
        .select(Place::as_select());
    let place: Option<Place> = rows::first_if_any(conn, query)?;
    Ok(place.map(|place| place.tenant_id))
}

/// A person's membership as it is now.
///
/// # Errors
/// `NotFound` when the person left the tenant or may no longer sign in.
pub fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Member> {
    let query = memberships::table
        .inner_join(users::table)
        .inner_join(tenants::table)
        .filter(memberships::tenant_id.eq(tenant))
        .filter(memberships::user_id.eq(user))
        .filter(users::disabled_at.is_null())
        .select(Member::as_select());
    rows::first(conn, query)
}
