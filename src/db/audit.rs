//! The audit log: rows are inserted in the transaction of the change they tell of, and never changed.

use diesel::prelude::*;

use super::schema::audit_events as events;
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::time::Timestamp;

/// A row of the audit log.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub struct AuditEvent {
    /// Identifier; sorts by time.
    pub id: AuditId,
    /// The tenant concerned; none for the installation itself.
    pub tenant_id: Option<TenantId>,
    /// When.
    #[diesel(serialize_as = At)]
    pub at: Timestamp,
    /// `person`, `key`, `support`, `operator` or `system`.
    pub actor_kind: String,
    /// Id of the person or key.
    pub actor_id: String,
    /// E-mail address or key name.
    pub actor_name: String,
    /// Such as `key.revoked`.
    pub action: String,
    /// Such as `api_key`.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// Name of the object at that time.
    pub object_name: String,
    /// Particulars as JSON, never a secret.
    pub detail: String,
    /// Address of the caller, or empty.
    pub address: String,
    /// Request id, or empty.
    pub request_id: String,
}

/// Inserts a row.
pub fn insert(conn: &mut Conn, event: AuditEvent) -> Result<()> {
    diesel::insert_into(events::table)
        .values(event)
        .execute(conn)?;
    Ok(())
}

/// The newest rows about one object of a tenant, newest first.
pub fn list_newest(
    conn: &mut Conn,
    tenant: TenantId,
    object_id: &str,
    limit: i64,
) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .filter(events::tenant_id.eq(tenant))
        .order(events::id.desc())
        .limit(limit)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}

/// The rows about one object, oldest first.
pub fn list_of_object(conn: &mut Conn, object_id: &str) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .order(events::id)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}

/// What happened to one object of a tenant, of these kinds only: newest first, at most `most`.
pub fn list_of_actions(
    conn: &mut Conn,
    tenant: TenantId,
    object_id: &str,
    actions: &[&str],
    most: i64,
) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .filter(events::tenant_id.eq(tenant))
        .filter(events::action.eq_any(actions))
        .order(events::id.desc())
        .limit(most)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}
