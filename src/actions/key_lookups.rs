//! Which key a text is.

use crate::db::key_lists::{self, OfDigest};
use crate::db::keys::Key;
use crate::db::{self, Conn};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Peppers};
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Error, Result};

/// Said of a text without a whole key in it.
pub const NOT_WHOLE: &str =
    "That is not a whole key. Copy all of it, from its prefix to its last character.";

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
    let found = whose(conn, peppers, text)?;
    let Some(found) = found.filter(|found| found.tenant == tenant) else {
        return Ok(Lookup::Unknown);
    };
    match db::keys::find(conn, tenant, found.key) {
        Ok(key) => Ok(Lookup::Found(Box::new(key))),
        Err(Error::NotFound) => Ok(Lookup::Unknown),
        Err(other) => Err(other),
    }
}

/// The key of any tenant that has or had this secret.
pub(super) fn whose(conn: &mut Conn, peppers: &Peppers, secret: &str) -> Result<Option<OfDigest>> {
    let live = peppers.live().iter();
    let digests: Vec<Digest> = live.map(|pepper| pepper.digest(secret)).collect();
    key_lists::find_by_digest(conn, &digests)
}

/// The key that a request of the tenant was made with; `None` for another tenant's request, and for one that is not on
/// record.
///
/// # Errors
/// `Forbidden` without the right to read requests.
pub fn of_request(conn: &mut Conn, by: &Actor, id: RequestId) -> Result<Option<KeyId>> {
    by.must_hold(Right::SeeUsage)?;
    match db::request_records::find(conn, by.tenant, id) {
        Ok(record) => Ok(Some(record.key_id)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
