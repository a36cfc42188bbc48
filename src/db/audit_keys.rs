//! The key of the audit log's HMACs, as the database keeps it.

use diesel::prelude::*;

use super::schema::audit_keys as keys;
use super::{Conn, rows};
use crate::domain::audit_chain::WrappedAuditKey;
use crate::domain::{Error, Result};

/// There is one.
const ID: i32 = 1;

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Row {
    master_key_version: i32,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
    check_value: String,
}

/// The key, if there is one yet.
pub fn find(conn: &mut Conn) -> Result<Option<WrappedAuditKey>> {
    let query = keys::table.find(ID).select(Row::as_select());
    let found: Option<Row> = rows::first_if_any(conn, query)?;
    Ok(found.map(|row| WrappedAuditKey {
        master_key_version: row.master_key_version,
        nonce: row.nonce,
        ciphertext: row.ciphertext,
        check_value: row.check_value,
    }))
}

/// Keeps the first one.
pub fn insert(conn: &mut Conn, key: &WrappedAuditKey) -> Result<()> {
    diesel::insert_into(keys::table)
        .values((
            keys::id.eq(ID),
            keys::master_key_version.eq(key.master_key_version),
            keys::nonce.eq(&key.nonce),
            keys::ciphertext.eq(&key.ciphertext),
            keys::check_value.eq(&key.check_value),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps the same one, encrypted anew.
pub fn set(conn: &mut Conn, key: &WrappedAuditKey) -> Result<()> {
    let changed = diesel::update(keys::table.find(ID))
        .set((
            keys::master_key_version.eq(key.master_key_version),
            keys::nonce.eq(&key.nonce),
            keys::ciphertext.eq(&key.ciphertext),
            keys::check_value.eq(&key.check_value),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(Error::internal("there is no audit key"));
    }
    Ok(())
}
