//! Which rows of the audit log tell of a change of which it was confirmed that it reached every server.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::audit::{AuditEvent, ChainedEvent};
use super::change_confirmations::Confirmation;
use super::schema::{
    audit_events as events, change_confirmations as confirmations, confirmed_events as confirmed,
};
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::{AuditId, TenantId};

/// A row of the audit log as it is read, with what came to be known of it later.
#[derive(Debug, Clone)]
pub struct Logged {
    /// The row.
    pub row: ChainedEvent,
    /// How the change was confirmed that it tells of, if it was one that had to be.
    pub confirmed: Option<Confirmation>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = confirmed)]
struct Row {
    event_id: AuditId,
    #[diesel(embed)]
    confirmation: Confirmation,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Told {
    #[diesel(embed)]
    event: AuditEvent,
    #[diesel(embed)]
    confirmation: Confirmation,
}

/// Notes that these rows tell of a change whose confirmation is noted.
pub fn note(conn: &mut Conn, rev: i64, of: &[AuditId]) -> Result<()> {
    if of.is_empty() {
        return Ok(());
    }
    // What the log has no more by now is left out.
    let there = events::table
        .filter(events::id.eq_any(of))
        .select((events::id, rev.into_sql::<BigInt>()));
    let row = diesel::insert_into(confirmed::table)
        .values(there)
        .into_columns((confirmed::event_id, confirmed::rev));
    dialect::execute(conn, row)?;
    Ok(())
}

/// These rows with their confirmations.
pub fn with_confirmations(conn: &mut Conn, events: Vec<ChainedEvent>) -> Result<Vec<Logged>> {
    let ids = events.iter().map(|row| row.event.id).collect();
    let known = find(conn, ids)?;
    let logged = events.into_iter().map(|row| Logged {
        confirmed: known.get(&row.event.id).copied(),
        row,
    });
    Ok(logged.collect())
}

/// The confirmations of these rows, by the row.
pub fn find(conn: &mut Conn, of: Vec<AuditId>) -> Result<BTreeMap<AuditId, Confirmation>> {
    let query = confirmed::table
        .inner_join(confirmations::table)
        .filter(confirmed::event_id.eq_any(of))
        .select(Row::as_select());
    let found = rows::load(conn, query)?.into_iter();
    Ok(found.map(|row| (row.event_id, row.confirmation)).collect())
}

/// The newest row about one object of a tenant that tells of such a change.
pub fn newest(
    conn: &mut Conn,
    tenant: TenantId,
    object_id: &str,
) -> Result<Option<(AuditEvent, Confirmation)>> {
    let query = confirmed::table
        .inner_join(confirmations::table)
        .inner_join(events::table)
        .filter(events::object_id.eq(object_id))
        .filter(events::tenant_id.eq(tenant))
        .order(events::id.desc())
        .limit(1)
        .select(Told::as_select());
    let newest = rows::load(conn, query)?.pop();
    Ok(newest.map(|told| (told.event, told.confirmation)))
}
