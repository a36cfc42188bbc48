//! What happened to a tenant as a whole, from the audit log that the tenant and support both read.

use serde::de::DeserializeOwned;

use crate::db::{self, Conn, audit::AuditEvent};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::time::Timestamp;

/// A step, with particulars of its kind.
#[derive(Debug, Clone)]
pub struct Past<Step> {
    /// The kind of step, such as [`crate::domain::audit::LIMIT_CHANGED`].
    pub action: String,
    /// What was decided or asked for, and why.
    pub step: Step,
    /// Who did it: an admin's e-mail address, or the name of somebody of the support staff.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The newest steps of these kinds, newest first.
pub(super) fn list<Step: DeserializeOwned>(
    conn: &mut Conn,
    tenant: TenantId,
    kinds: &[&str],
    most: i64,
) -> Result<Vec<Past<Step>>> {
    let id = tenant.to_string();
    let rows = db::audit::list_of_actions(conn, tenant, &id, kinds, most)?;
    rows.into_iter().map(past).collect()
}

/// What an audit row says.
pub(super) fn past<Step: DeserializeOwned>(row: AuditEvent) -> Result<Past<Step>> {
    Ok(Past {
        step: serde_json::from_str(&row.detail).map_err(db::rows::failure(
            "audit_events",
            "detail",
            row.id,
        ))?,
        action: row.action,
        by: row.actor_name,
        at: row.at,
    })
}
