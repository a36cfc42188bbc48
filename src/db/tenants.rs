//! Tenants.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::name_keys::is_named;
use super::schema::tenants;
use super::types::{At, MaybeAt};
use super::{Conn, errors, rows};
use crate::domain::id::TenantId;
use crate::domain::plan::STANDARD;
use crate::domain::text_form::tenant_name_key;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// A tenant as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants)]
pub struct Tenant {
    /// Identifier.
    pub id: TenantId,
    /// Name; by its [`tenant_name_key`] it is unique.
    pub name: String,
    /// The name of its plan, which says which features may be there for it.
    pub plan: String,
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
    /// The [`tenant_name_key`]; `None` until the next start where an older server made the tenant.
    pub name_key: Option<String>,
    /// When it is deleted with all that is its own, if that was decided.
    #[diesel(serialize_as = MaybeAt)]
    pub deletion_at: Option<Timestamp>,
    /// Who decided that.
    pub deletion_by: String,
    /// Why.
    pub deletion_reason: String,
    /// When the deletion began: its keys are in no server's index any more.
    #[diesel(serialize_as = MaybeAt)]
    pub deletion_begun_at: Option<Timestamp>,
}

/// Refuses a name that another tenant has, also one that has shared it with others since before.
fn must_be_free(conn: &mut Conn, id: TenantId, name: &str) -> Result<()> {
    let query = tenants::table
        .filter(tenants::id.ne(id))
        .filter(is_named!(tenants, tenant_name_key(name)))
        .select(Id::as_select());
    let other: Option<Id> = rows::first_if_any(conn, query)?;
    other.map_or(Ok(()), |_| Err(taken()))
}

fn taken() -> Error {
    let text = "Another tenant has this name. Capital letters make no difference.";
    Error::invalid("name", text)
}

/// The names of those of these tenants that there are.
pub fn list_names(conn: &mut Conn, ids: BTreeSet<TenantId>) -> Result<BTreeMap<TenantId, String>> {
    let query = tenants::table
        .filter(tenants::id.eq_any(ids))
        .select((tenants::id, tenants::name));
    Ok(query.load(conn)?.into_iter().collect())
}

/// Inserts a tenant.
pub fn insert(
    conn: &mut Conn,
    id: TenantId,
    name: &str,
    key_limit: i64,
    now: Timestamp,
) -> Result<()> {
    must_be_free(conn, id, name)?;
    let row = Tenant {
        id,
        name: name.to_owned(),
        plan: STANDARD.into(),
        key_limit,
        suspended_at: None,
        created_at: now,
        recoverable_keys: false,
        audit_credential_reads: false,
        suspension_reason: String::new(),
        name_key: Some(tenant_name_key(name)),
        deletion_at: None,
        deletion_by: String::new(),
        deletion_reason: String::new(),
        deletion_begun_at: None,
    };
    let inserted = diesel::insert_into(tenants::table)
        .values(row)
        .execute(conn);
    unless_taken(inserted)
}

fn unless_taken(changed: std::result::Result<usize, diesel::result::Error>) -> Result<()> {
    match changed {
        Err(cause) if errors::is_duplicate(&cause) => Err(taken()),
        other => other.map(|_| ()).map_err(Error::from),
    }
}

/// Gives a tenant another name.
///
/// # Errors
/// `Invalid` at `name` when another tenant has it.
pub fn set_name(conn: &mut Conn, id: TenantId, name: &str) -> Result<()> {
    must_be_free(conn, id, name)?;
    let changed = diesel::update(tenants::table.find(id))
        .set((
            tenants::name.eq(name),
            tenants::name_key.eq(tenant_name_key(name)),
        ))
        .execute(conn);
    unless_taken(changed)
}

/// The tenant of an id.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: TenantId) -> Result<Tenant> {
    rows::first(conn, tenants::table.find(id).select(Tenant::as_select()))
}

/// The one tenant of a name or id, for commands at a shell. Capital letters and Unicode forms make no difference, unless
/// several tenants have had such a name since before: then it has to be written exactly.
///
/// # Errors
/// `NotFound`; a conflict when several tenants share the name.
pub fn find_by_name(conn: &mut Conn, name: &str) -> Result<Tenant> {
    let query = tenants::table
        .filter(tenants::id.eq(name))
        .or_filter(tenants::name.eq(name))
        .or_filter(is_named!(tenants, tenant_name_key(name)))
        .select(Tenant::as_select());
    let mut found = rows::load(conn, query)?;
    if found.len() > 1 {
        found.retain(|tenant| tenant.name == name || tenant.id.to_string() == name);
        if found.len() != 1 {
            return Err(Conflict::AmbiguousTenant.into());
        }
    }
    found.pop().ok_or(Error::NotFound)
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
pub fn set_plan(conn: &mut Conn, id: TenantId, plan: &str) -> Result<()> {
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

/// Whether support staff sees addresses and paths when it explains a request of the tenant.
pub fn support_sees_addresses(conn: &mut Conn, id: TenantId) -> Result<bool> {
    Ok(tenants::table
        .find(id)
        .select(tenants::support_sees_addresses)
        .first(conn)?)
}

/// Allows or forbids that; false when it is so already.
pub fn set_support_sees_addresses(conn: &mut Conn, id: TenantId, allowed: bool) -> Result<bool> {
    let other = tenants::table
        .find(id)
        .filter(tenants::support_sees_addresses.ne(allowed));
    let changed = diesel::update(other)
        .set(tenants::support_sees_addresses.eq(allowed))
        .execute(conn)?;
    Ok(changed > 0)
}
