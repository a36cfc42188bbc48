//! Tenants.

use diesel::prelude::*;

use super::schema::tenants;
use super::types::{At, MaybeAt};
use super::{Conn, rows};
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// A tenant as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants)]
pub struct Tenant {
    /// Identifier.
    pub id: TenantId,
    /// Name, unique by convention only.
    pub name: String,
    /// Which features may be there for it.
    pub plan: Plan,
    /// Most keys that count at the same time.
    pub key_limit: i64,
    /// Set while none of its keys is accepted.
    #[diesel(serialize_as = MaybeAt)]
    pub suspended_at: Option<Timestamp>,
    /// When it was made.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// Its admins may make keys whose secret can be shown again.
    pub recoverable_keys: bool,
    /// Each time a system reads an integration credential leaves an audit row.
    pub audit_credential_reads: bool,
    /// Why it is suspended; empty when it is not.
    pub suspension_reason: String,
}

/// Inserts a tenant.
pub fn insert(
    conn: &mut Conn,
    id: TenantId,
    name: &str,
    key_limit: i64,
    now: Timestamp,
) -> Result<()> {
    let row = Tenant {
        id,
        name: name.to_owned(),
        plan: Plan::Standard,
        key_limit,
        suspended_at: None,
        created_at: now,
        recoverable_keys: false,
        audit_credential_reads: false,
        suspension_reason: String::new(),
    };
    diesel::insert_into(tenants::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// The tenant of an id.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: TenantId) -> Result<Tenant> {
    rows::first(conn, tenants::table.find(id).select(Tenant::as_select()))
}

/// The one tenant of a name or id, for commands at a shell.
///
/// # Errors
/// `NotFound`; a conflict when several tenants share the name.
pub fn find_by_name(conn: &mut Conn, name: &str) -> Result<Tenant> {
    let query = tenants::table
        .filter(tenants::name.eq(name).or(tenants::id.eq(name)))
        .select(Tenant::as_select())
        .limit(2);
    let mut found = rows::load(conn, query)?;
    match (found.pop(), found.pop()) {
        (Some(tenant), None) => Ok(tenant),
        (None, _) => Err(Error::NotFound),
        _ => Err(Conflict::AmbiguousTenant.into()),
    }
}

/// Sets how many keys may count at the same time.
pub fn set_key_limit(conn: &mut Conn, id: TenantId, limit: i64) -> Result<()> {
    diesel::update(tenants::table.find(id))
        .set(tenants::key_limit.eq(limit))
        .execute(conn)?;
    Ok(())
}

/// Suspends it at this moment for this reason, or resumes it.
pub fn set_suspension(
    conn: &mut Conn,
    id: TenantId,
    suspension: Option<(Timestamp, &str)>,
) -> Result<()> {
    let (at, reason) = suspension.unzip();
    diesel::update(tenants::table.find(id))
        .set((
            tenants::suspended_at.eq(at.map(|at| at.naive_utc())),
            tenants::suspension_reason.eq(reason.unwrap_or_default()),
        ))
        .execute(conn)?;
    Ok(())
}

/// A tenant by its id alone.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
struct Id {
    id: TenantId,
}

/// The tenants of a plan.
pub fn list_of_plan(conn: &mut Conn, plan: Plan) -> Result<Vec<TenantId>> {
    let query = tenants::table
        .filter(tenants::plan.eq(plan))
        .select(Id::as_select());
    let found: Vec<Id> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|tenant| tenant.id).collect())
}

/// The tenants that want an audit row for each read of an integration credential.
pub fn list_auditing_credential_reads(conn: &mut Conn) -> Result<Vec<TenantId>> {
    let query = tenants::table
        .filter(tenants::audit_credential_reads.eq(true))
        .select(Id::as_select());
    let found: Vec<Id> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|tenant| tenant.id).collect())
}

/// Sets whether each read of an integration credential leaves an audit row.
pub fn set_audit_credential_reads(conn: &mut Conn, id: TenantId, wanted: bool) -> Result<()> {
    diesel::update(tenants::table.find(id))
        .set(tenants::audit_credential_reads.eq(wanted))
        .execute(conn)?;
    Ok(())
}

/// Sets the plan.
pub fn set_plan(conn: &mut Conn, id: TenantId, plan: Plan) -> Result<()> {
    diesel::update(tenants::table.find(id))
        .set(tenants::plan.eq(plan))
        .execute(conn)?;
    Ok(())
}

/// Allows or forbids recoverable keys; false when it was so already.
pub fn set_recoverable_keys(conn: &mut Conn, id: TenantId, allowed: bool) -> Result<bool> {
    let changed = diesel::update(tenants::table.find(id))
        .filter(tenants::recoverable_keys.ne(allowed))
        .set(tenants::recoverable_keys.eq(allowed))
        .execute(conn)?;
    Ok(changed == 1)
}

/// True when recoverable keys are allowed. They stay so until the transaction ends: whoever forbids them waits.
pub fn hold_recoverable_keys(conn: &mut Conn, id: TenantId) -> Result<bool> {
    let held = diesel::update(tenants::table.find(id))
        .filter(tenants::recoverable_keys.eq(true))
        .set(tenants::recoverable_keys.eq(true))
        .execute(conn)?;
    Ok(held == 1)
}

/// True when at least one tenant exists.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(tenants::table
        .select(tenants::id)
        .first::<String>(conn)
        .optional()?
        .is_some())
}
