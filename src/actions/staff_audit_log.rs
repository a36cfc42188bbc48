//! The audit log as staff reads it: what staff did, and for super users what happened to the installation too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, record_by_supporter};
use crate::db::audit::ChainedEvent;
use crate::db::audit_lists::{self, Filter, Reach};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::role::Supporter;

/// Rows, the names of the tenants they are about, and whether there are more.
pub type Page = (Vec<ChainedEvent>, BTreeMap<TenantId, String>, bool);

/// The newest rows that fit, at most `limit`; those older than `before`, if that is given.
pub fn page(
    conn: &mut Conn,
    reach: Reach,
    filter: &Filter,
    before: Option<AuditId>,
    limit: usize,
) -> Result<Page> {
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = audit_lists::list_of_staff(conn, reach, filter, before, wanted)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let about = rows.iter().filter_map(|row| row.event.tenant_id).collect();
    let names = db::tenants::list_names(conn, about)?;
    Ok((rows, names, more))
}

/// Notes that somebody takes a copy of the log.
///
/// # Errors
/// Those of the database.
pub fn note_export(conn: &mut Conn, by: &Supporter, detail: Value) -> Result<()> {
    let object = Object {
        kind: "audit_log",
        id: String::new(),
        name: "Audit log",
    };
    record_by_supporter(conn, by, None, &Event::AuditExported(detail), object)
}
