//! Which key a text is.

use crate::db::keys::Key;
use crate::db::{self, Conn, key_lists};
use crate::domain::id::TenantId;
use crate::domain::key_text;
use crate::domain::pepper::Peppers;
use crate::domain::{Error, Result};

/// The tenant's listed key that has or had this text, whatever its state. Another tenant's key and no key at all look the same.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn find(
    conn: &mut Conn,
    tenant: TenantId,
    peppers: &Peppers,
    text: &str,
) -> Result<Option<Key>> {
    let text = text.trim();
    if !key_text::is_well_formed(text) {
        return Ok(None);
    }
    let live = peppers.live().iter();
    let digests: Vec<Vec<u8>> = live.map(|pepper| pepper.digest(text).to_vec()).collect();
    let Some(id) = key_lists::find_by_digest(conn, tenant, &digests)? else {
        return Ok(None);
    };
    match db::keys::find(conn, tenant, id) {
        Ok(key) => Ok(Some(key)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
