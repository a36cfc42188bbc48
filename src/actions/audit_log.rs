//! The audit log as a tenant reads it: what its people and keys did, and what support did to it.

use serde_json::Value;

use super::{Object, record};
use crate::db::audit_lists::Filter;
use crate::db::confirmed_events::{Logged, with_confirmations};
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Error, Result};

/// A part of the log.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Logged>,
    /// The number before which the next page begins; none at the end of the log.
    pub next: Option<i64>,
    /// True when older rows were not looked at although the page has room.
    pub is_cut: bool,
}

/// The newest rows that fit, at most `limit`.
///
/// # Errors
/// `Forbidden` without the right.
pub fn page(conn: &mut Conn, by: &Actor, filter: &Filter, limit: usize) -> Result<Page> {
    must_read(by)?;
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (mut rows, looked_to) = db::audit_lists::list(conn, by.tenant, filter, wanted)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.seq);
    Ok(Page {
        rows: with_confirmations(conn, rows)?,
        next: last.or(looked_to),
        is_cut: !more && looked_to.is_some(),
    })
}

/// The rows behind a number, oldest first. Numbers are given under a lock that ends with the transaction, so none comes
/// later with a smaller number.
///
/// # Errors
/// `Forbidden` without the right.
pub fn after(conn: &mut Conn, by: &Actor, seq: i64, limit: i64) -> Result<Vec<Logged>> {
    must_read(by)?;
    let rows = db::audit::list_from(conn, Some(by.tenant), seq.saturating_add(1), limit)?;
    with_confirmations(conn, rows)
}

/// Notes that somebody takes a copy of the log.
///
/// # Errors
/// `Forbidden` without the right.
pub fn note_export(conn: &mut Conn, by: &Actor, detail: Value) -> Result<()> {
    must_read(by)?;
    let id = by.tenant.to_string();
    let object = Object {
        kind: "audit_log",
        id,
        name: "Audit log",
    };
    record(conn, by, &Event::AuditExported(detail), object)
}

/// Refuses who may not read the log.
///
/// # Errors
/// `Forbidden` without the right, and to keys of a project.
pub fn must_read(by: &Actor) -> Result<()> {
    by.must_hold(Right::ReadAuditLog)?;
    match by.project() {
        None => Ok(()),
        Some(_) => Err(Error::Forbidden(
            "The audit log is read by keys of the whole tenant; this key belongs to a project."
                .into(),
        )),
    }
}
