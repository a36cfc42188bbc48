//! Keys as the index in memory reads them, of all tenants.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{api_keys as keys, authorization_groups as groups, tenants};
use super::{Conn, rate_limits};
use crate::domain::Result;
use crate::domain::id::{GroupId, TenantId};

/// What verification needs to know of a key.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: String,
    pub digest: Vec<u8>,
    pub tenant_id: String,
    pub name: String,
    pub environment: String,
    pub ip_allowlist: String,
    pub ip_allowlist_mode: String,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
    pub disabled_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub group_id: String,
    pub group_name: String,
    pub scopes: String,
    pub suspended_at: Option<NaiveDateTime>,
    #[diesel(deserialize_as = rate_limits::Row)]
    pub rate_limit: rate_limits::Stored,
    pub rotated_at: Option<NaiveDateTime>,
}

/// The columns of [`IndexRow`].
macro_rules! index_columns {
    () => {
        (
            keys::id,
            keys::digest,
            keys::tenant_id,
            keys::name,
            keys::environment,
            keys::ip_allowlist,
            keys::ip_allowlist_mode,
            keys::created_at,
            keys::expires_at,
            keys::disabled_at,
            keys::revoked_at,
            keys::group_id,
            groups::name,
            groups::scopes,
            tenants::suspended_at,
            rate_limits::COLUMNS,
            keys::rotated_at,
        )
    };
}

/// About how many keys there are, of all tenants.
pub fn count(conn: &mut Conn) -> Result<usize> {
    let keys: i64 = keys::table.count().get_result(conn)?;
    Ok(usize::try_from(keys).unwrap_or_default())
}

/// Index rows of all tenants in order of id, after `after`.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<IndexRow>> {
    Ok(keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(keys::id.gt(after))
        .order(keys::id)
        .limit(limit)
        .select(index_columns!())
        .load(conn)?)
}

/// Index rows of the tenant's keys in a group, in order of id, after `after`.
pub fn list_of_group(
    conn: &mut Conn,
    tenant: TenantId,
    group: GroupId,
    after: &str,
    limit: i64,
) -> Result<Vec<IndexRow>> {
    Ok(keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::group_id.eq(group.to_string()))
        .filter(keys::id.gt(after))
        .order(keys::id)
        .limit(limit)
        .select(index_columns!())
        .load(conn)?)
}

/// Index rows of some keys.
pub fn find(conn: &mut Conn, ids: &[String]) -> Result<Vec<IndexRow>> {
    Ok(keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(keys::id.eq_any(ids))
        .select(index_columns!())
        .load(conn)?)
}
