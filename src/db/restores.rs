//! What was decided when the database had been put back to an older state.

use diesel::prelude::*;

use super::change_log::Position;
use super::schema::{invitations, restores, sessions};
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = restores)]
pub struct Decision {
    /// Counted from 1.
    pub number: i64,
    /// When.
    #[diesel(serialize_as = At)]
    pub decided_at: Timestamp,
    /// Number of the last of the lost changes that was known then.
    pub lost_rev: i64,
    /// Its entry id.
    pub lost_entry: i64,
    /// `stopped` or `accepted`.
    pub decision: String,
    /// Keys that it was about.
    pub key_count: i64,
    /// Groups.
    pub group_count: i64,
    /// Tenants.
    pub tenant_count: i64,
    /// Verifiers.
    pub verifier_count: i64,
}

impl Decision {
    /// True when it was about this change too, which a server noted when there were `epoch` decisions. What was lost after
    /// it has a higher one, whatever its number is.
    pub fn covers(&self, change: Position, epoch: i64) -> bool {
        let is_before = change.rev < self.lost_rev
            || (change.rev == self.lost_rev && change.entry == self.lost_entry);
        epoch < self.number && is_before
    }
}

/// Every decision, the first one first.
pub fn list(conn: &mut Conn) -> Result<Vec<Decision>> {
    let query = restores::table
        .order(restores::number)
        .select(Decision::as_select());
    rows::load(conn, query)
}

/// The last decision.
pub fn newest(conn: &mut Conn) -> Result<Option<Decision>> {
    let query = restores::table
        .order(restores::number.desc())
        .select(Decision::as_select());
    rows::first_if_any(conn, query)
}

/// The number of the last decision; 0 before the first.
pub fn epoch(conn: &mut Conn) -> Result<i64> {
    let newest: Option<i64> = restores::table
        .select(diesel::dsl::max(restores::number))
        .first(conn)?;
    Ok(newest.unwrap_or_default())
}

/// Notes a decision.
pub fn insert(conn: &mut Conn, decision: Decision) -> Result<()> {
    diesel::insert_into(restores::table)
        .values(decision)
        .execute(conn)?;
    Ok(())
}

/// Ends every session: those that had ended came back with the copy. Gives their number.
pub fn end_sessions(conn: &mut Conn) -> Result<usize> {
    Ok(diesel::delete(sessions::table).execute(conn)?)
}

/// Has the link of every invitation end, used ones among them. Gives the number of those that worked.
pub fn end_invitations(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let now = now.naive_utc();
    let open = invitations::table.filter(invitations::expires_at.gt(now));
    Ok(diesel::update(open)
        .set(invitations::expires_at.eq(now))
        .execute(conn)?)
}
