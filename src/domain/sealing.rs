//! Sealing: secrets that must be shown again are encrypted, and bound to what they belong to.
//!
//! XChaCha20-Poly1305 with a random nonce, under a key derived from the master key, which is not in the database.
//! The tenant and the key are authenticated with it: a sealed text in another row can't be opened.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::id::{KeyId, TenantId};
use super::pepper::Pepper;
use super::{Error, Result, random};

/// Version of the derivation and of what is authenticated.
const VERSION: i32 = 1;
/// What this key is for: every other use of the master key derives another.
const PURPOSE: &str = "keystead sealing key 1";
/// What the sealed texts are.
const DOMAIN: &[u8] = b"keystead api key secret";

/// The key under which secrets are sealed.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

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
        let nonce = random::bytes::<24>()?;
        let authenticated = authenticated(VERSION, owner);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &authenticated,
        };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok(Sealed {
            version: VERSION,
            nonce: nonce.to_vec(),
            ciphertext,
        })
    }

    /// Opens what was sealed for this owner; `None` when it was not, or when a bit of it was changed.
    pub fn open(&self, owner: Owner, sealed: &Sealed) -> Option<Zeroizing<String>> {
        let nonce: [u8; 24] = sealed.nonce.as_slice().try_into().ok()?;
        let authenticated = authenticated(sealed.version, owner);
        let payload = Payload {
            msg: &sealed.ciphertext,
            aad: &authenticated,
        };
        let text = self.cipher().decrypt(&XNonce::from(nonce), payload).ok()?;
        String::from_utf8(text).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

/// Each part after its length, so that no two lists of parts read the same.
fn authenticated(version: i32, owner: Owner) -> Vec<u8> {
    let parts = [
        DOMAIN,
        &version.to_be_bytes(),
        owner.tenant.text().as_str().as_bytes(),
        owner.key.text().as_str().as_bytes(),
    ]
    .map(<[u8]>::to_vec);
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}
