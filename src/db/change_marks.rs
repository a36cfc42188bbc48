//! How far the change log had come at a time, and up to where it was pruned.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::change_marks as marks;
use super::{Conn, change_log};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// Microseconds between two marks.
const EVERY: i64 = 3_600 * 1_000_000;

/// A mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = marks)]
pub struct Mark {
    /// Microseconds since 1970.
    pub at: i64,
    /// The newest change then.
    pub rev: i64,
}

/// Notes how far the log has come, unless that was done in the last hour.
pub fn note(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let at = now.timestamp_micros();
    let newest: Option<i64> = marks::table
        .select(diesel::dsl::max(marks::at))
        .first(conn)?;
    if newest.is_some_and(|newest| at < newest.saturating_add(EVERY)) {
        return Ok(());
    }
    let rev = change_log::head(conn)?.rev;
    diesel::insert_into(marks::table)
        .values((
            marks::at.eq(at),
            marks::rev.eq(rev),
            marks::is_pruned.eq(false),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest mark before an instant up to which the log was not pruned yet.
pub fn next(conn: &mut Conn, before: Timestamp) -> Result<Option<Mark>> {
    Ok(marks::table
        .filter(marks::at.lt(before.timestamp_micros()))
        .filter(marks::is_pruned.eq(false))
        .order(marks::at.desc())
        .select(Mark::as_select())
        .first(conn)
        .optional()?)
}

/// The change up to which the log was pruned.
pub fn pruned_to(conn: &mut Conn) -> Result<i64> {
    let last: Option<i64> = marks::table
        .filter(marks::is_pruned.eq(true))
        .select(diesel::dsl::max(marks::rev))
        .first(conn)?;
    Ok(last.unwrap_or_default())
}

/// Notes that the log was pruned up to a mark.
pub fn finish(conn: &mut Conn, mark: Mark) -> Result<()> {
    diesel::delete(marks::table)
        .filter(marks::at.lt(mark.at))
        .execute(conn)?;
    diesel::update(marks::table.find(mark.at))
        .set((marks::rev.eq(mark.rev), marks::is_pruned.eq(true)))
        .execute(conn)?;
    Ok(())
}

/// Deletes the changes behind `from` and up to `to` that nothing is explained by any more, when it is decided by what
/// things were like at `end`: those that say nothing of the thing, and those that a later one up to `end` has overtaken.
/// So also what was left of these things up to `from`.
pub fn prune(conn: &mut Conn, from: i64, to: i64, end: i64) -> Result<usize> {
    let before = diesel::sql_query(
        "DELETE FROM change_log WHERE rev <= $1 AND item IN \
         (SELECT item FROM change_log WHERE rev > $1 AND rev <= $2 AND payload <> '{}')",
    )
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .execute(conn)?;
    let among = diesel::sql_query(
        "DELETE FROM change_log WHERE rev > $1 AND rev <= $2 AND (payload = '{}' OR EXISTS \
         (SELECT 1 FROM change_log AS later WHERE later.item = change_log.item AND later.rev > change_log.rev \
          AND later.rev <= $3 AND later.payload <> '{}'))",
    )
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .bind::<BigInt, _>(end)
    .execute(conn)?;
    Ok(before + among)
}
