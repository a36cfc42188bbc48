//! The pepper: the server-side secret under which key text is digested.
//!
//! It lives outside the database, so a stolen database alone cannot be used to test guesses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// HMAC-SHA-256 of a key's text; what the database keeps instead of the secret.
pub type Digest = [u8; 32];

/// One version of the pepper, ready to digest.
#[derive(Clone)]
pub struct Pepper {
    version: i32,
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pepper(version {}, [redacted])", self.version)
    }
}

impl Pepper {
    /// A pepper from its version and 32 bytes.
    pub fn new(version: i32, bytes: &Zeroizing<[u8; 32]>) -> Self {
        // HMAC pads a short key with zeros to one block (RFC 2104); the key schedule is done once, here.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(&**bytes);
        Self {
            version,
            mac: Hmac::<Sha256>::new(&(*block).into()),
        }
    }

    /// The version, stored beside each digest.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The digest of a key's text.
    pub fn digest(&self, text: &str) -> Digest {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// A value that tells whether this is the pepper that the database was made with, and nothing else about it.
    pub fn check_value(&self) -> String {
        super::random::hex(&self.digest("keystead pepper check"))
    }
}
