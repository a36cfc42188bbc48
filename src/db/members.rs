//! Who belongs to which tenant, and as what.

use diesel::prelude::*;

use super::schema::{memberships, tenants, users};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::{AnyRole, Role};
use crate::domain::text_form::email_spellings;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

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
    /// Since when it is suspended, if it is.
    #[diesel(select_expression = tenants::suspended_at)]
    pub suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    #[diesel(select_expression = tenants::suspension_reason)]
    pub suspension_reason: String,
    /// When it is deleted, if that was decided.
    #[diesel(select_expression = tenants::deletion_at)]
    pub deletion_at: Option<Timestamp>,
    /// When they signed in last.
    #[diesel(select_expression = users::signed_in_at)]
    pub signed_in_at: Option<Timestamp>,
    /// Since when they need a second factor to sign in.
    #[diesel(select_expression = users::second_factor_at)]
    pub second_factor_at: Option<Timestamp>,
    /// In which they read and type times.
    #[diesel(select_expression = users::time_zone)]
    pub time_zone: Zone,
}

impl Member {
    /// True when this is the person.
    pub fn is(&self, user: Option<UserId>) -> bool {
        Some(self.user) == user
    }

    /// The roles of the person: in this tenant, and of the installation.
    pub fn roles(&self) -> Vec<AnyRole> {
        let mut roles = vec![AnyRole::Member(self.role)];
        roles.extend(self.super_user.then_some(AnyRole::SuperUser));
        roles
    }
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
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Home {
    /// The person.
    pub user_id: UserId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its name.
    #[diesel(select_expression = tenants::name)]
    pub name: String,
}

/// The tenants of a person, by name.
pub fn list_tenants(conn: &mut Conn, user: UserId) -> Result<Vec<Home>> {
    let query = memberships::table
        .inner_join(tenants::table)
        .filter(memberships::user_id.eq(user))
        .order((tenants::name, tenants::id))
        .select(Home::as_select());
    rows::load(conn, query)
}

/// The tenant in which a person starts: the one they joined first.
pub fn first_tenant(conn: &mut Conn, user: UserId) -> Result<Option<TenantId>> {
    let query = memberships::table
        .inner_join(tenants::table)
        .filter(memberships::user_id.eq(user))
        .order((memberships::created_at, memberships::tenant_id))
        .select(Home::as_select());
    let home: Option<Home> = rows::first_if_any(conn, query)?;
    Ok(home.map(|home| home.tenant_id))
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

/// Everybody in a tenant, by name. People who may not sign in are among them.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Member>> {
    let query = memberships::table
        .inner_join(users::table)
        .inner_join(tenants::table)
        .filter(memberships::tenant_id.eq(tenant))
        .order((users::name, users::id))
        .select(Member::as_select());
    rows::load(conn, query)
}

/// The member with this address, if there is one.
pub fn find_by_email(conn: &mut Conn, tenant: TenantId, email: &str) -> Result<Option<Member>> {
    let spellings = email_spellings(email);
    let query = memberships::table
        .inner_join(users::table)
        .inner_join(tenants::table)
        .filter(memberships::tenant_id.eq(tenant))
        .filter(users::email.eq_any(&spellings))
        .select(Member::as_select());
    let mut found: Vec<Member> = rows::load(conn, query)?;
    found.sort_by_key(|member| spellings.iter().position(|one| *one == member.email));
    Ok(found.into_iter().next())
}

/// Gives a member another role.
pub fn set_role(conn: &mut Conn, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
    diesel::update(memberships::table.find((tenant, user)))
        .set(memberships::role.eq(role))
        .execute(conn)?;
    Ok(())
}

/// Takes a person out of a tenant.
pub fn delete(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<()> {
    diesel::delete(memberships::table.find((tenant, user))).execute(conn)?;
    Ok(())
}

/// Who is in a tenant, in order.
pub fn ids(conn: &mut Conn, tenant: TenantId) -> Result<Vec<UserId>> {
    let query = memberships::table
        .filter(memberships::tenant_id.eq(tenant))
        .select(Belonging::as_select());
    let found: Vec<Belonging> = rows::load(conn, query)?;
    let mut ids: Vec<UserId> = found.into_iter().map(|one| one.user_id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// A person by their id.
#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct Belonging {
    user_id: UserId,
}
