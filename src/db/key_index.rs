//! Keys as the index in memory reads them, of all tenants but those that are being deleted.

use diesel::prelude::*;

use super::schema::{api_keys as keys, authorization_groups as groups, tenants};
use super::{Conn, rate_limits, rows};
use crate::domain::Result;
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, TenantId};
use crate::domain::pepper::Digest;
use crate::domain::time::Timestamp;

/// What verification needs to know of a key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: KeyId,
    pub digest: Digest,
    pub tenant_id: TenantId,
    pub name: String,
    pub environment: Environment,
    pub ip_allowlist: AddressList,
    pub ip_allowlist_mode: AllowlistMode,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub group_id: GroupId,
    #[diesel(select_expression = groups::name)]
    pub group_name: String,
    /// As text: the keys of a group share what is read of it once.
    #[diesel(select_expression = groups::scopes)]
    pub scopes: String,
    #[diesel(select_expression = tenants::suspended_at)]
    pub suspended_at: Option<Timestamp>,
    #[diesel(embed)]
    pub rate_limit: rate_limits::Stored,
    pub rotated_at: Option<Timestamp>,
    pub project_id: Option<ProjectId>,
}

/// About how many keys there are, of all tenants.
pub fn count(conn: &mut Conn) -> Result<usize> {
    let keys: i64 = keys::table.count().get_result(conn)?;
    Ok(usize::try_from(keys).unwrap_or_default())
}

/// Index rows of all tenants in order of id, after `after`.
pub fn list(conn: &mut Conn, after: Option<KeyId>, limit: i64) -> Result<Vec<IndexRow>> {
    let query = keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(tenants::deletion_begun_at.is_null())
        .filter(keys::id.gt(text_of(after)))
        .order(keys::id)
        .limit(limit)
        .select(IndexRow::as_select());
    rows::load(conn, query)
}

/// Index rows of some keys.
pub fn find(conn: &mut Conn, ids: &[KeyId]) -> Result<Vec<IndexRow>> {
    let query = keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(tenants::deletion_begun_at.is_null())
        .filter(keys::id.eq_any(ids))
        .select(IndexRow::as_select());
    rows::load(conn, query)
}

/// Ids sort as their text does, and everything comes after nothing.
pub(super) fn text_of(id: Option<KeyId>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
