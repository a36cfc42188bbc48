//! Sealed copies of secrets that may be shown again. They open only under a key that is not in the database.

use diesel::prelude::*;

use super::schema::sealed_secrets as secrets;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::sealing::{Owner, Sealed};

/// Keeps a copy in place of any earlier one.
pub fn put(conn: &mut Conn, owner: Owner, sealed: Sealed) -> Result<()> {
    delete(conn, owner.tenant, owner.key)?;
    diesel::insert_into(secrets::table)
        .values((
            secrets::key_id.eq(owner.key),
            secrets::tenant_id.eq(owner.tenant),
            secrets::version.eq(sealed.version),
            secrets::master_key_version.eq(sealed.master_key_version),
            secrets::nonce.eq(sealed.nonce),
            secrets::ciphertext.eq(sealed.ciphertext),
        ))
        .execute(conn)?;
    Ok(())
}

/// A copy as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = secrets)]
struct Row {
    #[expect(dead_code, reason = "it names a row that can't be read")]
    key_id: KeyId,
    version: i32,
    master_key_version: i32,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

/// The copy of a key, if one is kept.
pub fn find(conn: &mut Conn, owner: Owner) -> Result<Option<Sealed>> {
    let query = secrets::table
        .find(owner.key)
        .filter(secrets::tenant_id.eq(owner.tenant))
        .select(Row::as_select());
    let found: Option<Row> = rows::first_if_any(conn, query)?;
    Ok(found.map(|row| Sealed {
        version: row.version,
        master_key_version: row.master_key_version,
        nonce: row.nonce,
        ciphertext: row.ciphertext,
    }))
}

/// Destroys the copy of a key, if one is kept.
pub fn delete(conn: &mut Conn, tenant: TenantId, key: KeyId) -> Result<()> {
    diesel::delete(secrets::table.find(key))
        .filter(secrets::tenant_id.eq(tenant))
        .execute(conn)?;
    Ok(())
}

/// Destroys every copy of a tenant, and says how many there were.
pub fn delete_all(conn: &mut Conn, tenant: TenantId) -> Result<usize> {
    Ok(diesel::delete(secrets::table.filter(secrets::tenant_id.eq(tenant))).execute(conn)?)
}

/// How many copies of a tenant are kept.
pub fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64> {
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant))
        .count()
        .get_result(conn)?)
}
