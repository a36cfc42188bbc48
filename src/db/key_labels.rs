//! What a key is called, also after it left the list: the request log names the keys of old requests.

use diesel::prelude::*;

use super::schema::api_keys as keys;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{GroupId, KeyId, TenantId};
use crate::domain::key_text;
use crate::domain::time::Timestamp;

/// How a key is shown.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct KeyLabel {
    pub id: KeyId,
    pub name: String,
    pub key_prefix: String,
    pub last4: String,
    pub revoked_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

impl KeyLabel {
    /// Such as `ks_live_…9fQ2`.
    pub fn hint(&self) -> String {
        key_text::hint(&self.key_prefix, &self.last4)
    }

    /// As one of several to choose from, of which some may have the same name: "ERP (ks_live_…9fQ2, revoked)".
    pub fn choice(&self) -> String {
        let gone = match (self.deleted_at, self.revoked_at) {
            (Some(_), _) => ", deleted",
            (None, Some(_)) => ", revoked",
            (None, None) => "",
        };
        format!("{} ({}{gone})", self.name, self.hint())
    }
}

/// The tenant's keys in a group that can still be used, newest first, at most `limit`.
pub fn list_of_group(
    conn: &mut Conn,
    tenant: TenantId,
    group: GroupId,
    limit: i64,
) -> Result<Vec<KeyLabel>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::group_id.eq(group))
        .filter(keys::revoked_at.is_null())
        .filter(keys::deleted_at.is_null())
        .order(keys::id.desc())
        .limit(limit)
        .select(KeyLabel::as_select());
    rows::load(conn, query)
}

/// Those of the tenant's keys that have one of these ids.
pub fn find(conn: &mut Conn, tenant: TenantId, ids: &[KeyId]) -> Result<Vec<KeyLabel>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::id.eq_any(ids))
        .select(KeyLabel::as_select());
    rows::load(conn, query)
}
