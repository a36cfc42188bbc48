//! Who belongs to which tenant, and as what.

use diesel::prelude::*;

use super::Conn;
use super::schema::{memberships, tenants, users};
use crate::domain::Result;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// A person inside a tenant, as pages show them.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub user: UserId,
    /// E-mail address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Role in the tenant.
    pub role: Role,
    /// True for the operator of the installation.
    pub super_user: bool,
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
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
            memberships::tenant_id.eq(tenant.to_string()),
            memberships::user_id.eq(user.to_string()),
            memberships::role.eq(role.as_str()),
            memberships::created_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tenant in which a person starts: the one they joined first.
pub fn first_tenant(conn: &mut Conn, user: UserId) -> Result<Option<TenantId>> {
    memberships::table
        .filter(memberships::user_id.eq(user.to_string()))
        .order((memberships::created_at, memberships::tenant_id))
        .select(memberships::tenant_id)
        .first::<String>(conn)
        .optional()?
        .map(|id| id.parse())
        .transpose()
}

/// A person's membership as it is now.
///
/// # Errors
/// `NotFound` when the person left the tenant or may no longer sign in.
pub fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Member> {
    type Found = (String, String, String, bool, String);
    let (email, name, role, super_user, tenant_name): Found = memberships::table
        .inner_join(users::table)
        .inner_join(tenants::table)
        .filter(memberships::tenant_id.eq(tenant.to_string()))
        .filter(memberships::user_id.eq(user.to_string()))
        .filter(users::disabled_at.is_null())
        .select((
            users::email,
            users::name,
            memberships::role,
            users::super_user,
            tenants::name,
        ))
        .first(conn)?;
    Ok(Member {
        user,
        email,
        name,
        role: Role::parse(&role),
        super_user,
        tenant,
        tenant_name,
    })
}
