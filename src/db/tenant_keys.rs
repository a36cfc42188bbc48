//! A tenant's keys as support staff sees them: names, states and dates. Nothing by which one could be recognised.

use diesel::prelude::*;

use super::keys::last_accepted;
use super::schema::api_keys as keys;
use super::usage::{DAY, MINUTE};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::State;
use crate::domain::time::Timestamp;

/// One key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub struct PlainKey {
    /// By which the next page is found.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    #[diesel(select_expression = last_accepted(MINUTE), select_expression_type = last_accepted)]
    in_minute: Option<Timestamp>,
    #[diesel(select_expression = last_accepted(DAY), select_expression_type = last_accepted)]
    on_day: Option<Timestamp>,
}

impl PlainKey {
    /// What it is now.
    pub fn state(&self, now: Timestamp) -> State {
        let (revoked, disabled) = (self.revoked_at.is_some(), self.disabled_at.is_some());
        State::at(now, revoked, disabled, self.expires_at)
    }

    /// When it was last accepted.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.in_minute.max(self.on_day)
    }
}

/// The tenant's listed keys made before another one, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    before: Option<KeyId>,
    most: i64,
) -> Result<Vec<PlainKey>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .order(keys::id.desc())
        .limit(most)
        .select(PlainKey::as_select());
    match before {
        Some(id) => rows::load(conn, query.filter(keys::id.lt(id))),
        None => rows::load(conn, query),
    }
}
