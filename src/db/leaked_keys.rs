//! Keys that somebody found where they do not belong.

use diesel::prelude::*;

use super::schema::{api_keys as keys, leaked_keys as leaked};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::Timestamp;

/// That a key was found.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leaked)]
pub struct LeakedKey {
    /// The key.
    pub key_id: KeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// When somebody said so.
    pub reported_at: Timestamp,
    /// Who did, as its tenant reads it.
    pub reported_by: String,
    /// Where it was found, in their words; may be empty.
    pub place: String,
}

/// A leaked key and its name.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leaked)]
pub struct Listed {
    /// The key.
    pub key_id: KeyId,
    /// Its name.
    #[diesel(select_expression = keys::name)]
    pub name: String,
    /// When somebody said so.
    pub reported_at: Timestamp,
}

/// Notes that a key was found, in place of what was noted before.
pub fn put(conn: &mut Conn, found: &LeakedKey) -> Result<()> {
    delete(conn, found.key_id)?;
    diesel::insert_into(leaked::table)
        .values((
            leaked::key_id.eq(found.key_id),
            leaked::tenant_id.eq(found.tenant_id),
            leaked::reported_at.eq(found.reported_at.naive_utc()),
            leaked::reported_by.eq(&found.reported_by),
            leaked::place.eq(&found.place),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is noted of a key of the tenant.
pub fn find(conn: &mut Conn, tenant: TenantId, key: KeyId) -> Result<Option<LeakedKey>> {
    let query = leaked::table
        .filter(leaked::key_id.eq(key))
        .filter(leaked::tenant_id.eq(tenant))
        .select(LeakedKey::as_select());
    rows::first_if_any(conn, query)
}

/// The tenant's leaked keys that are neither revoked nor deleted, the newest report first.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Listed>> {
    let query = leaked::table
        .inner_join(keys::table)
        .filter(leaked::tenant_id.eq(tenant))
        .filter(keys::revoked_at.is_null())
        .filter(keys::deleted_at.is_null())
        .order((leaked::reported_at.desc(), leaked::key_id))
        .select(Listed::as_select());
    rows::load(conn, query)
}

/// Forgets that a key was found.
pub fn delete(conn: &mut Conn, key: KeyId) -> Result<()> {
    diesel::delete(leaked::table.find(key)).execute(conn)?;
    Ok(())
}
