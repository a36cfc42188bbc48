//! Sealing: secrets that must be shown again are encrypted, and bound to what they belong to.
//!
//! Under a key derived from the master key, which is not in the database. The tenant and the key are authenticated with
//! it: a sealed text in another row can't be opened.

use zeroize::Zeroizing;

use super::Result;
use super::encryption::{self, Encrypted, Key};
use super::id::{KeyId, TenantId};
use super::pepper::Pepper;

/// Version of the derivation and of what is authenticated.
const VERSION: i32 = 1;
/// What this key is for: every other use of the master key derives another.
const PURPOSE: &str = "keystead sealing key 1";
/// What the sealed texts are.
const DOMAIN: &[u8] = b"keystead api key secret";

/// The key under which secrets are sealed.
#[derive(Clone)]
pub struct SealingKey(Key);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

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
    /// 24 bytes, new for each sealing.
    pub nonce: Vec<u8>,
    /// The encrypted text and its tag.
    pub ciphertext: Vec<u8>,
}

impl SealingKey {
    /// Derived from the master key by HMAC-SHA-256 (as one block of HKDF-Expand, RFC 5869).
    pub fn derive(master_key: &Zeroizing<[u8; 32]>) -> Self {
        Self(Zeroizing::new(
            Pepper::new(VERSION, master_key).digest(PURPOSE),
        ))
    }

    /// Seals a text for its owner.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn seal(&self, owner: Owner, text: &str) -> Result<Sealed> {
        let Encrypted { nonce, ciphertext } = authenticated(VERSION, owner, |parts| {
            encryption::encrypt(&self.0, parts, text.as_bytes())
        })?;
        Ok(Sealed {
            version: VERSION,
            nonce,
            ciphertext,
        })
    }

    /// Opens what was sealed for this owner; `None` when it was not, or when a bit of it was changed.
    pub fn open(&self, owner: Owner, sealed: &Sealed) -> Option<Zeroizing<String>> {
        let bytes = authenticated(sealed.version, owner, |parts| {
            encryption::decrypt(&self.0, parts, &sealed.nonce, &sealed.ciphertext)
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
