//! Sealed copies of secrets that may be shown again. They open only under a key that is not in the database.

use diesel::prelude::*;

use super::Conn;
use super::schema::sealed_secrets as secrets;
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::sealing::{Owner, Sealed};

/// Keeps a copy in place of any earlier one.
pub fn put(conn: &mut Conn, owner: Owner, sealed: Sealed) -> Result<()> {
    delete(conn, owner.tenant, owner.key)?;
    diesel::insert_into(secrets::table)
        .values((
            secrets::key_id.eq(owner.key.to_string()),
            secrets::tenant_id.eq(owner.tenant.to_string()),
            secrets::version.eq(sealed.version),
            secrets::nonce.eq(sealed.nonce),
            secrets::ciphertext.eq(sealed.ciphertext),
        ))
        .execute(conn)?;
    Ok(())
}

/// The copy of a key, if one is kept.
pub fn find(conn: &mut Conn, owner: Owner) -> Result<Option<Sealed>> {
    let found: Option<(i32, Vec<u8>, Vec<u8>)> = secrets::table
        .find(owner.key.to_string())
        .filter(secrets::tenant_id.eq(owner.tenant.to_string()))
        .select((secrets::version, secrets::nonce, secrets::ciphertext))
        .first(conn)
        .optional()?;
    Ok(found.map(|(version, nonce, ciphertext)| Sealed {
        version,
        nonce,
        ciphertext,
    }))
}

/// Destroys the copy of a key, if one is kept.
pub fn delete(conn: &mut Conn, tenant: TenantId, key: KeyId) -> Result<()> {
    diesel::delete(secrets::table.find(key.to_string()))
        .filter(secrets::tenant_id.eq(tenant.to_string()))
        .execute(conn)?;
    Ok(())
}

/// Destroys every copy of a tenant, and says how many there were.
pub fn delete_all(conn: &mut Conn, tenant: TenantId) -> Result<usize> {
    Ok(
        diesel::delete(secrets::table.filter(secrets::tenant_id.eq(tenant.to_string())))
            .execute(conn)?,
    )
}

/// How many copies of a tenant are kept.
pub fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64> {
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.to_string()))
        .count()
        .get_result(conn)?)
}
