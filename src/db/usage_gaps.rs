//! Where the request log has holes.

use diesel::prelude::*;

use super::Conn;
use super::schema::usage_gaps as gaps;
use crate::domain::Result;

/// More requests came than could be recorded.
pub const FULL: &str = "full";
/// The server ended without writing its last usage.
pub const CRASH: &str = "crash";

/// A hole in the request log of one server.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = gaps)]
pub struct Gap {
    /// Identifier.
    pub id: String,
    /// The server.
    pub node_id: String,
    /// [`FULL`] or [`CRASH`].
    pub cause: String,
    /// Start, in microseconds since 1970.
    pub from_at: i64,
    /// End.
    pub to_at: i64,
    /// Requests that are missing; unknown after a crash.
    pub dropped: Option<i64>,
}

/// Puts a gap in place: a new one, or a known one that grew.
pub fn put(conn: &mut Conn, gap: Gap) -> Result<()> {
    let known = diesel::update(gaps::table.find(&gap.id))
        .set((gaps::to_at.eq(gap.to_at), gaps::dropped.eq(gap.dropped)))
        .execute(conn)?;
    if known == 0 {
        diesel::insert_into(gaps::table).values(gap).execute(conn)?;
    }
    Ok(())
}

/// Gaps that touch a span of time (microseconds since 1970), newest first. They say nothing of any tenant: how many
/// requests are missing is known for the server as a whole only.
pub fn list(conn: &mut Conn, from: i64, to: i64, limit: i64) -> Result<Vec<Gap>> {
    Ok(gaps::table
        .filter(gaps::to_at.ge(from))
        .filter(gaps::from_at.le(to))
        .order(gaps::to_at.desc())
        .limit(limit)
        .load(conn)?)
}

/// When the last server that crashed was back, in microseconds since 1970.
pub fn last_crash(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(gaps::table
        .filter(gaps::cause.eq(CRASH))
        .select(diesel::dsl::max(gaps::to_at))
        .first(conn)?)
}

/// Deletes gaps from before an instant.
pub fn prune(conn: &mut Conn, before: i64) -> Result<usize> {
    Ok(diesel::delete(gaps::table)
        .filter(gaps::to_at.lt(before))
        .execute(conn)?)
}
