//! Changes that may have stopped something, and what the things are like of which a server kept them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::change_log::Change;
use super::groups::Group;
use super::schema::{
    api_keys as keys, authorization_groups as groups, change_log, tenants, verifiers,
};
use super::tenants::Tenant;
use super::verifiers::Verifier;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{GroupId, KeyId, TenantId, VerifierId};
use crate::domain::key::State;
use crate::domain::time::Timestamp;

/// Things that are asked for at once.
const BATCH: usize = 500;

/// A key as it is now.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct KeyNow {
    pub id: KeyId,
    pub tenant_id: TenantId,
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
    pub name: String,
    pub key_prefix: String,
    pub last4: String,
    pub expires_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl KeyNow {
    /// Whether it is good for anything.
    pub fn state(&self, now: Timestamp) -> State {
        let (revoked, disabled) = (self.revoked_at.is_some(), self.disabled_at.is_some());
        State::at(now, revoked, disabled, self.expires_at)
    }
}

/// The changes after a revision that may have stopped something, oldest first, at most `limit`.
pub fn list_after(conn: &mut Conn, rev: i64, limit: i64) -> Result<Vec<Change>> {
    let query = change_log::table
        .filter(change_log::rev.gt(rev))
        .filter(change_log::stops.eq(true))
        .order(change_log::rev)
        .limit(limit)
        .select(Change::as_select());
    rows::load(conn, query)
}

/// The entry ids of those of these changes that the log has.
pub fn entries(conn: &mut Conn, revs: &[i64]) -> Result<HashMap<i64, i64>> {
    let mut found = HashMap::new();
    for some in revs.chunks(BATCH) {
        let rows: Vec<(i64, i64)> = change_log::table
            .filter(change_log::rev.eq_any(some))
            .select((change_log::rev, change_log::entry_id))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// These keys, but for those of tenants that are being deleted.
pub fn keys(conn: &mut Conn, ids: &[KeyId]) -> Result<HashMap<KeyId, KeyNow>> {
    let mut found = HashMap::new();
    for some in ids.chunks(BATCH) {
        let query = keys::table
            .inner_join(tenants::table)
            .filter(tenants::deletion_begun_at.is_null())
            .filter(keys::id.eq_any(some))
            .select(KeyNow::as_select());
        found.extend(
            rows::load(conn, query)?
                .into_iter()
                .map(|key| (key.id, key)),
        );
    }
    Ok(found)
}

/// A group that was not deleted.
pub fn group(conn: &mut Conn, id: GroupId) -> Result<Option<Group>> {
    let query = groups::table
        .filter(groups::id.eq(id))
        .filter(groups::deleted_at.is_null())
        .select(Group::as_select());
    rows::first_if_any(conn, query)
}

/// A tenant.
pub fn tenant(conn: &mut Conn, id: TenantId) -> Result<Option<Tenant>> {
    rows::first_if_any(conn, tenants::table.find(id).select(Tenant::as_select()))
}

/// A verifier.
pub fn verifier(conn: &mut Conn, id: VerifierId) -> Result<Option<Verifier>> {
    let query = verifiers::table.find(id).select(Verifier::as_select());
    rows::first_if_any(conn, query)
}
