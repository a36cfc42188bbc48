//! Counts that are safe and not yet in their minute, by the batch in which a server collected them.

use diesel::prelude::*;

use super::Conn;
use super::schema::{usage_journal as journal, usage_nodes as nodes};
use super::usage_batch::{self, Tallies};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::tally::Tally;

/// A row.
#[derive(Debug, Insertable)]
#[diesel(table_name = journal)]
struct NewBatch<'a> {
    node_id: &'a str,
    batch: i64,
    start: i64,
    counts: Vec<u8>,
    version: i32,
}

/// Counts of one batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its number.
    pub number: i64,
    /// The minute in which they were collected, in seconds since 1970.
    pub start: i64,
    /// What was counted of each key.
    pub tallies: Tallies,
    /// False when some of it can't be read.
    pub is_whole: bool,
}

/// Adds a server's batch of this number, with counts of the minute that begins at `start`.
pub fn append<'a>(
    conn: &mut Conn,
    node: &str,
    number: i64,
    start: i64,
    tallies: impl Iterator<Item = (KeyId, &'a Tally)>,
) -> Result<()> {
    let batch = NewBatch {
        node_id: node,
        batch: number,
        start,
        counts: usage_batch::encode(tallies),
        version: usage_batch::VERSION,
    };
    diesel::insert_into(journal::table)
        .values(batch)
        .execute(conn)?;
    Ok(())
}

/// A server's batches, oldest first.
pub fn list(conn: &mut Conn, node: &str) -> Result<Vec<Batch>> {
    let rows: Vec<(i64, i64, i32, Vec<u8>)> = journal::table
        .filter(journal::node_id.eq(node))
        .order(journal::batch)
        .select((
            journal::batch,
            journal::start,
            journal::version,
            journal::counts,
        ))
        .load(conn)?;
    let batch = |(number, start, version, counts): (i64, i64, i32, Vec<u8>)| {
        let (tallies, is_whole) = usage_batch::decode(version, &counts);
        Batch {
            number,
            start,
            tallies,
            is_whole,
        }
    };
    Ok(rows.into_iter().map(batch).collect())
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
