//! Open invitations to join a tenant. One that was accepted or withdrawn is gone; the audit log tells of it.

use std::collections::HashSet;

use diesel::prelude::*;

use super::schema::{invitations, tenants};
use super::types::At;
use super::{Conn, errors, members, rows};
use crate::domain::id::{InvitationId, TenantId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// An invitation as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Identifier.
    pub id: InvitationId,
    /// Where to.
    pub tenant_id: TenantId,
    /// Lower-case address of whom it is for.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Name of whoever invited.
    pub invited_by: String,
    /// When it was made.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// When its link ends.
    #[diesel(serialize_as = At)]
    pub expires_at: Timestamp,
}

/// An invitation with the name of its tenant, for whoever has the link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Opened {
    /// The invitation.
    #[diesel(embed)]
    pub invitation: Invitation,
    /// Where to.
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
}

/// Inserts an invitation.
///
/// # Errors
/// `Invalid` at `email` when there is one for this address.
pub fn insert(conn: &mut Conn, invitation: Invitation) -> Result<()> {
    let done = diesel::insert_into(invitations::table)
        .values(invitation)
        .execute(conn);
    match done {
        Err(cause) if errors::is_duplicate(&cause) => Err(Error::invalid(
            "email",
            "This address is invited already. Copy its link below, or withdraw it.",
        )),
        other => other.map(|_| ()).map_err(Error::from),
    }
}

/// The tenant's invitations, newest first.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Invitation>> {
    let query = invitations::table
        .filter(invitations::tenant_id.eq(tenant))
        .order(invitations::id.desc())
        .select(Invitation::as_select());
    rows::load(conn, query)
}

/// Those of some tenants that wait for their first admin: invited, and nobody has joined.
pub fn awaited(conn: &mut Conn, tenants: &[TenantId]) -> Result<HashSet<TenantId>> {
    let query = invitations::table
        .filter(invitations::tenant_id.eq_any(tenants))
        .filter(invitations::role.eq(Role::Admin))
        .select(Invitation::as_select());
    let invited: Vec<Invitation> = rows::load(conn, query)?;
    let mut awaited: HashSet<TenantId> = invited.iter().map(|one| one.tenant_id).collect();
    for tenant in invited.iter().map(|one| one.tenant_id) {
        if !members::ids(conn, tenant)?.is_empty() {
            awaited.remove(&tenant);
        }
    }
    Ok(awaited)
}

/// An invitation of the tenant.
///
/// # Errors
/// `NotFound`, also for another tenant's.
pub fn find(conn: &mut Conn, tenant: TenantId, id: InvitationId) -> Result<Invitation> {
    let query = invitations::table
        .filter(invitations::id.eq(id))
        .filter(invitations::tenant_id.eq(tenant))
        .select(Invitation::as_select());
    rows::first(conn, query)
}

/// The invitation of a link, whose proof the caller has still to check.
///
/// # Errors
/// `NotFound`.
pub fn open(conn: &mut Conn, id: InvitationId) -> Result<Opened> {
    let query = invitations::table
        .inner_join(tenants::table)
        .filter(invitations::id.eq(id))
        .select(Opened::as_select());
    rows::first(conn, query)
}

/// Has the link end at another instant.
pub fn set_expiry(conn: &mut Conn, id: InvitationId, expires_at: Timestamp) -> Result<()> {
    diesel::update(invitations::table.find(id))
        .set(invitations::expires_at.eq(expires_at.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Takes an invitation away; false when another transaction did so first.
pub fn delete(conn: &mut Conn, id: InvitationId) -> Result<bool> {
    Ok(diesel::delete(invitations::table.find(id)).execute(conn)? == 1)
}
