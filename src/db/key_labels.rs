//! What a key is called, also after it left the list: the request log names the keys of old requests.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Conn;
use super::schema::api_keys as keys;
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::key_text;

/// How a key is shown.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct KeyLabel {
    pub id: String,
    pub name: String,
    pub key_prefix: String,
    pub last4: String,
    pub revoked_at: Option<NaiveDateTime>,
    pub deleted_at: Option<NaiveDateTime>,
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

/// The columns of [`KeyLabel`].
macro_rules! label_columns {
    () => {
        (
            keys::id,
            keys::name,
            keys::key_prefix,
            keys::last4,
            keys::revoked_at,
            keys::deleted_at,
        )
    };
}

/// The tenant's keys in order of name, at most `limit`: also those that left the list.
pub fn list(conn: &mut Conn, tenant: TenantId, limit: i64) -> Result<Vec<KeyLabel>> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .order((keys::name, keys::id))
        .limit(limit)
        .select(label_columns!())
        .load(conn)?)
}

/// The tenant's keys in a group that can still be used, newest first, at most `limit`.
pub fn list_of_group(
    conn: &mut Conn,
    tenant: TenantId,
    group: &str,
    limit: i64,
) -> Result<Vec<KeyLabel>> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::group_id.eq(group))
        .filter(keys::revoked_at.is_null())
        .filter(keys::deleted_at.is_null())
        .order(keys::id.desc())
        .limit(limit)
        .select(label_columns!())
        .load(conn)?)
}

/// Those of the tenant's keys that have one of these ids.
pub fn find(conn: &mut Conn, tenant: TenantId, ids: &[String]) -> Result<Vec<KeyLabel>> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::id.eq_any(ids))
        .select(label_columns!())
        .load(conn)?)
}
