//! Use cases: check the right, make the change, write the audit row and the change-log row, all in one transaction.
//! The pages, the REST API and the command line share them.

pub mod bulk;
pub mod explain;
pub mod follow;
pub mod keys;
pub mod samples;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tenants;
pub mod usage;

use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::AuditId;
use crate::domain::role::{Actor, Who};

/// What an audit row is about.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Such as `api_key`.
    pub kind: &'static str,
    /// Its id.
    pub id: &'a str,
    /// Its name now.
    pub name: &'a str,
}

/// Writes the audit row of a change, inside the change's transaction: no record, no change.
pub(crate) fn record(conn: &mut Conn, by: &Actor, event: &Event, object: Object<'_>) -> Result<()> {
    let (kind, id, name) = match &by.who {
        Who::Person { id, email, .. } => ("person", id.to_string(), email.clone()),
        Who::Key { id, name, .. } => ("key", id.to_string(), name.clone()),
        Who::Operator => ("operator", String::new(), "command line".into()),
    };
    db::audit::insert(
        conn,
        db::audit::AuditEvent {
            id: AuditId::new().to_string(),
            tenant_id: Some(by.tenant.to_string()),
            at: by.now.naive_utc(),
            actor_kind: kind.into(),
            actor_id: id,
            actor_name: name,
            action: event.action().into(),
            object_kind: object.kind.into(),
            object_id: object.id.into(),
            object_name: object.name.into(),
            detail: event.detail().to_string(),
            address: by
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            request_id: by.request_id.clone(),
        },
    )
}
