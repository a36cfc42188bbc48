//! Names of keys, to choose from.

use diesel::prelude::*;

use super::Conn;
use super::schema::api_keys as keys;
use crate::domain::Result;
use crate::domain::id::TenantId;

/// Ids and names of the tenant's listed keys in order of name, to choose from.
pub fn list(conn: &mut Conn, tenant: TenantId, limit: i64) -> Result<Vec<(String, String)>> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .order((keys::name, keys::id))
        .limit(limit)
        .select((keys::id, keys::name))
        .load(conn)?)
}
