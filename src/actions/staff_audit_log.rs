//! The audit log as staff reads it: what staff did, and for super users what happened to the installation too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, record_by_supporter};
use crate::db::audit_lists::{self, Filter, Reach};
use crate::db::confirmed_events::{Logged, with_confirmations};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::role::Supporter;

/// A part of the log.
#[derive(Debug, Default)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Logged>,
    /// The names of the tenants they are about.
    pub tenants: BTreeMap<TenantId, String>,
    /// The row before which the next page begins; none at the end of the log.
    pub next: Option<AuditId>,
    /// True when older rows were not looked at although the page has room.
    pub is_cut: bool,
}

/// The newest rows that fit, at most `limit`; those older than `before`, if that is given.
pub fn page(
    conn: &mut Conn,
    reach: Reach,
    filter: &Filter,
    before: Option<AuditId>,
    limit: usize,
) -> Result<Page> {
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (mut rows, looked_to) = audit_lists::list_of_staff(conn, reach, filter, before, wanted)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let about = rows.iter().filter_map(|row| row.event.tenant_id).collect();
    let tenants = db::tenants::list_names(conn, about)?;
    let last = rows.last().filter(|_| more).map(|row| row.event.id);
    Ok(Page {
        rows: with_confirmations(conn, rows)?,
        tenants,
        next: last.or(looked_to),
        is_cut: !more && looked_to.is_some(),
    })
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
