//! Counts that are safe and not yet in their minute, by the batch in which a server collected them.

use diesel::prelude::*;

use super::Conn;
use super::schema::{usage_journal as journal, usage_nodes as nodes};
use crate::domain::Result;

/// Counts of one batch.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = journal)]
pub struct Batch {
    /// The server.
    pub node_id: String,
    /// Number of the batch.
    pub batch: i64,
    /// The minute in which they were collected, in seconds since 1970.
    pub start: i64,
    /// The counts, as `actions::usage_journal` writes them.
    pub counts: Vec<u8>,
}

/// Adds a batch.
pub fn append(conn: &mut Conn, batch: Batch) -> Result<()> {
    diesel::insert_into(journal::table)
        .values(batch)
        .execute(conn)?;
    Ok(())
}

/// A server's batches, oldest first.
pub fn list(conn: &mut Conn, node: &str) -> Result<Vec<Batch>> {
    Ok(journal::table
        .filter(journal::node_id.eq(node))
        .order(journal::batch)
        .load(conn)?)
}

/// How many batches a server has.
pub fn count(conn: &mut Conn, node: &str) -> Result<i64> {
    Ok(journal::table
        .filter(journal::node_id.eq(node))
        .count()
        .get_result(conn)?)
}

/// Deletes a server's batches and returns how many it deleted.
pub fn delete(conn: &mut Conn, node: &str) -> Result<usize> {
    Ok(diesel::delete(journal::table.filter(journal::node_id.eq(node))).execute(conn)?)
}

/// Servers that have batches and have not written anything since an instant.
pub fn list_silent(conn: &mut Conn, since: i64) -> Result<Vec<String>> {
    Ok(nodes::table
        .filter(nodes::flushed_at.lt(since))
        .filter(nodes::node_id.eq_any(journal::table.select(journal::node_id)))
        .select(nodes::node_id)
        .load(conn)?)
}
