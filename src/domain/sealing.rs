//! Sealing: secrets that must be shown again are encrypted, and bound to what they belong to.
//!
//! Under a key derived from the master key, which is not in the database. The tenant and the key are authenticated with
//! it: a sealed text in another row can't be opened.

use zeroize::Zeroizing;

use super::Result;
use super::encryption::{self, Encrypted};
use super::id::{KeyId, TenantId};
use super::master_key::MasterKeys;

/// Version of the derivation and of what is authenticated.
const VERSION: i32 = 1;
/// What this key is for: every other use of the master key derives another.
const PURPOSE: &str = "keystead sealing key 1";
/// What the sealed texts are.
const DOMAIN: &[u8] = b"keystead api key secret";

/// What a sealed secret belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// The tenant of the key.
    pub tenant: TenantId,
    /// The API key.
    pub key: KeyId,
}

/// A sealed secret as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// How it was sealed.
    pub version: i32,
    /// The master key under which it was.
    pub master_key_version: i32,
    /// 24 bytes, new for each sealing.
    pub nonce: Vec<u8>,
    /// The encrypted text and its tag.
    pub ciphertext: Vec<u8>,
}

impl MasterKeys {
    /// Seals the copy of a secret for its owner, under the newest master key.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness, or no master key is at hand.
    pub fn seal_copy(&self, owner: Owner, text: &str) -> Result<Sealed> {
        let master_key = self.newest_key()?;
        let Encrypted { nonce, ciphertext } = authenticated(VERSION, owner, |parts| {
            encryption::encrypt(&master_key.derive(PURPOSE), parts, text.as_bytes())
        })?;
        Ok(Sealed {
            version: VERSION,
            master_key_version: master_key.version(),
            nonce,
            ciphertext,
        })
    }

    /// Opens what was sealed for this owner; `None` when it was not, when a bit of it was changed, and when this process
    /// does not [hold](MasterKeys::holds) its master key.
    pub fn open_copy(&self, owner: Owner, sealed: &Sealed) -> Option<Zeroizing<String>> {
        // Each version is a key of its own, so the number needs no authentication.
        let key = self.get(sealed.master_key_version)?.derive(PURPOSE);
        let bytes = authenticated(sealed.version, owner, |parts| {
            encryption::decrypt(&key, parts, &sealed.nonce, &sealed.ciphertext)
        })?;
        encryption::text(bytes)
    }
}

/// Does something with the parts that are authenticated.
fn authenticated<T>(version: i32, owner: Owner, with: impl FnOnce(&[&[u8]]) -> T) -> T {
    with(&[
        DOMAIN,
        &version.to_be_bytes(),
        owner.tenant.text().as_bytes(),
        owner.key.text().as_bytes(),
    ])
}
