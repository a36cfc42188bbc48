//! The servers on this database, a row for each run of one: how far they are, and that they live.

use std::time::Duration;

use diesel::prelude::*;

use super::schema::node_leases as leases;
use super::types::At;
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::NodeId;
use crate::domain::time::Timestamp;

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = leases)]
pub struct NodeLease {
    /// Of this run: a server that starts anew is another one.
    pub node_id: NodeId,
    /// Counts the renewals of its lease.
    pub beat: i64,
    /// Up to this change it has applied everything.
    pub applied_rev: i64,
    /// Milliseconds for which a renewal lets it answer.
    pub lease_ms: i64,
    /// What its operator calls it.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Of the program.
    pub version: String,
    /// When it began, by its clock.
    #[diesel(serialize_as = At)]
    pub started_at: Timestamp,
    /// When it last renewed its lease, by its clock: to be shown, nothing is decided by it.
    #[diesel(serialize_as = At)]
    pub seen_at: Timestamp,
    /// Keys in its memory.
    pub key_count: i64,
    /// Questions that it answered in the last second.
    pub questions_per_second: i64,
}

impl NodeLease {
    /// How long a renewal lets it answer.
    pub fn lease(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.lease_ms).unwrap_or_default())
    }
}

/// What a server tells of itself as it renews its lease.
#[derive(Debug, Clone, Copy, AsChangeset)]
#[diesel(table_name = leases)]
pub struct Vital {
    /// The present.
    #[diesel(serialize_as = At)]
    pub seen_at: Timestamp,
    /// Keys in its memory.
    pub key_count: i64,
    /// Questions that it answered in the last second.
    pub questions_per_second: i64,
}

/// Enters a server, in the place of its run before, which has ended for certain. It is on disk when this returns.
pub fn register(conn: &mut Conn, node: NodeLease, before: Option<NodeId>) -> Result<()> {
    dialect::durably(conn, |conn| {
        if let Some(before) = before {
            diesel::delete(leases::table.find(before)).execute(conn)?;
        }
        diesel::insert_into(leases::table)
            .values(node)
            .execute(conn)?;
        Ok(())
    })
}

/// Counts one more renewal; false when the server has no row any more. It is on disk when this returns.
pub fn renew(conn: &mut Conn, node: NodeId, vital: Vital) -> Result<bool> {
    dialect::durably(conn, |conn| {
        let renewed = diesel::update(leases::table.find(node))
            .set((vital, leases::beat.eq(leases::beat + 1)))
            .execute(conn)?;
        Ok(renewed > 0)
    })
}

/// Notes up to which change a server has applied everything. A crash of the database may lose that, which only makes
/// others wait.
pub fn acknowledge(conn: &mut Conn, node: NodeId, applied_rev: i64) -> Result<()> {
    diesel::update(leases::table.find(node))
        .set(leases::applied_rev.eq(applied_rev))
        .execute(conn)?;
    Ok(())
}

/// Every server, the oldest first.
pub fn list(conn: &mut Conn) -> Result<Vec<NodeLease>> {
    let query = leases::table
        .order(leases::node_id)
        .select(NodeLease::as_select());
    rows::load(conn, query)
}

/// Removes a server that has not renewed its lease since this beat. One that hangs in the middle of a renewal keeps its row
/// locked: nobody waits for that, the next look comes soon.
pub fn evict(conn: &mut Conn, node: NodeId, beat: i64) -> Result<bool> {
    let evicted = dialect::unless_locked(conn, |conn| {
        let silent = leases::table.find(node).filter(leases::beat.eq(beat));
        Ok(diesel::delete(silent).execute(conn)?)
    })?;
    Ok(evicted.is_some_and(|rows| rows > 0))
}

/// Removes a server that answers nothing any more.
pub fn leave(conn: &mut Conn, node: NodeId) -> Result<()> {
    diesel::delete(leases::table.find(node)).execute(conn)?;
    Ok(())
}
