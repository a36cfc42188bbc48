//! Each server's own row: when it started, last wrote usage, and ended.

use diesel::prelude::*;

use super::Conn;
use super::schema::usage_nodes as nodes;
use crate::domain::Result;

/// Notes that a server starts. Returns when its last run wrote usage last, if that run did not end in order.
pub fn start(conn: &mut Conn, node: &str, now: i64) -> Result<Option<i64>> {
    let last: Option<(i64, Option<i64>)> = nodes::table
        .find(node)
        .select((nodes::flushed_at, nodes::stopped_at))
        .first(conn)
        .optional()?;
    let started = (
        nodes::started_at.eq(now),
        nodes::flushed_at.eq(now),
        nodes::stopped_at.eq(None::<i64>),
        nodes::batch.eq(0),
    );
    if last.is_some() {
        diesel::update(nodes::table.find(node))
            .set(started)
            .execute(conn)?;
    } else {
        diesel::insert_into(nodes::table)
            .values((nodes::node_id.eq(node), started))
            .execute(conn)?;
    }
    Ok(last.and_then(|(flushed, stopped)| stopped.is_none().then_some(flushed)))
}

/// Notes that this batch of counts is written.
pub fn set_batch(conn: &mut Conn, node: &str, batch: i64) -> Result<()> {
    diesel::update(nodes::table.find(node))
        .set(nodes::batch.eq(batch))
        .execute(conn)?;
    Ok(())
}

/// The last batch of counts that is written. An update, so that it waits for a commit that is under way.
pub fn last_batch(conn: &mut Conn, node: &str) -> Result<i64> {
    Ok(diesel::update(nodes::table.find(node))
        .set(nodes::batch.eq(nodes::batch))
        .returning(nodes::batch)
        .get_result(conn)?)
}

/// Notes that everything until `now` is written.
pub fn flushed(conn: &mut Conn, node: &str, now: i64) -> Result<()> {
    diesel::update(nodes::table.find(node))
        .set(nodes::flushed_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Notes that a server ended in order.
pub fn stop(conn: &mut Conn, node: &str, now: i64) -> Result<()> {
    diesel::update(nodes::table.find(node))
        .set((nodes::flushed_at.eq(now), nodes::stopped_at.eq(Some(now))))
        .execute(conn)?;
    Ok(())
}

/// Forgets servers that ended in order before an instant. One that did not may still run, without anything to write.
pub fn prune(conn: &mut Conn, before: i64) -> Result<()> {
    diesel::delete(nodes::table.filter(nodes::stopped_at.lt(before))).execute(conn)?;
    Ok(())
}

/// The instant up to which every server that may still run has written; those that were silent since `since` count as
/// gone. `None` without any.
pub fn flushed_by_all(conn: &mut Conn, since: i64) -> Result<Option<i64>> {
    Ok(nodes::table
        .filter(nodes::stopped_at.is_null())
        .filter(nodes::flushed_at.ge(since))
        .select(diesel::dsl::min(nodes::flushed_at))
        .first(conn)?)
}
