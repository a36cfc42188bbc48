//! How it was confirmed that a change reached every server.

use diesel::prelude::*;

use super::schema::change_confirmations as confirmations;
use super::{Conn, dialect};
use crate::domain::Result;

/// How one change was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = confirmations)]
pub struct Confirmation {
    /// The change.
    pub rev: i64,
    /// Servers that had to apply it.
    pub nodes: i64,
    /// Those of them that did not say that they have: they ended, or their leases ran out.
    pub lapsed: i64,
    /// Milliseconds from the commit until then.
    pub waited_ms: i64,
}

impl Confirmation {
    /// Servers that said that they have applied it.
    pub fn confirmed(&self) -> i64 {
        self.nodes - self.lapsed
    }
}

/// Notes it. Of a change that was waited for twice the first one stays.
pub fn note(conn: &mut Conn, confirmation: &Confirmation) -> Result<()> {
    let row = diesel::insert_into(confirmations::table)
        .values((
            confirmations::rev.eq(confirmation.rev),
            confirmations::nodes.eq(confirmation.nodes),
            confirmations::lapsed.eq(confirmation.lapsed),
            confirmations::waited_ms.eq(confirmation.waited_ms),
        ))
        .on_conflict(confirmations::rev)
        .do_nothing();
    dialect::execute(conn, row)?;
    Ok(())
}

/// True when it is noted of a change that no server is waited for any more.
pub fn has(conn: &mut Conn, rev: i64) -> Result<bool> {
    let query = diesel::select(diesel::dsl::exists(confirmations::table.find(rev)));
    Ok(query.get_result(conn)?)
}
