//! Which key a text is.

use crate::db::keys::Key;
use crate::db::{self, Conn, key_lists};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Peppers};
use crate::domain::request_id::RequestId;
use crate::domain::role::Actor;
use crate::domain::{Error, Result};

/// What a pasted text is to a tenant.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// It is, or was, the text of this key.
    Found(Box<Key>),
    /// It is a key, but no listed one of this tenant.
    Unknown,
    /// No whole key stands in it.
    NoKey,
}

/// The tenant's listed key that has or had the text, whatever its state, and whatever stands around it, such as the name
/// of a variable. Another tenant's key and one that nobody has look the same.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn find(conn: &mut Conn, tenant: TenantId, peppers: &Peppers, text: &str) -> Result<Lookup> {
    let Some(text) = key_text::find_in(text) else {
        return Ok(Lookup::NoKey);
    };
    let live = peppers.live().iter();
    let digests: Vec<Digest> = live.map(|pepper| pepper.digest(text)).collect();
    let Some(id) = key_lists::find_by_digest(conn, tenant, &digests)? else {
        return Ok(Lookup::Unknown);
    };
    match db::keys::find(conn, tenant, id) {
        Ok(key) => Ok(Lookup::Found(Box::new(key))),
        Err(Error::NotFound) => Ok(Lookup::Unknown),
        Err(other) => Err(other),
    }
}

/// The key that a request of the tenant was made with; `None` for another tenant's request, and for one that is not on
/// record.
///
/// # Errors
/// `Forbidden` without the right to read requests.
pub fn of_request(conn: &mut Conn, by: &Actor, id: RequestId) -> Result<Option<KeyId>> {
    by.must_hold("usage:read")?;
    match db::request_records::find(conn, by.tenant, id) {
        Ok(record) => Ok(Some(record.key_id)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
