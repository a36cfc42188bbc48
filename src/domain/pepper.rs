//! The pepper: the server-side secret under which key text is digested.
//!
//! It lives outside the database, so a stolen database alone cannot be used to test guesses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Error, Result, noted};

/// HMAC-SHA-256 of a key's text; what the database keeps instead of the secret.
pub type Digest = [u8; 32];

/// The digests of one key's text, one for each pepper in use: the key is stored under one of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretDigests(Vec<Digest>);

impl SecretDigests {
    /// Of the digests themselves.
    pub fn new(digests: Vec<Digest>) -> Self {
        Self(digests)
    }

    /// True when the key that is stored under this digest has this text.
    pub fn has(&self, stored: &Digest) -> bool {
        self.0.contains(stored)
    }
}

impl std::fmt::Debug for SecretDigests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

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
        Self {
            version,
            mac: keyed(bytes),
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

/// HMAC-SHA-256 under 32 bytes, with its key schedule done.
pub(super) fn keyed(bytes: &Zeroizing<[u8; 32]>) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros to one block (RFC 2104).
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(&**bytes);
    Hmac::<Sha256>::new(&(*block).into())
}

/// The versions that keys may be digested under, as far as this process holds them.
#[derive(Debug, Clone, Default)]
pub struct Peppers {
    live: Vec<Pepper>,
    missing: Vec<i32>,
}

impl Peppers {
    /// Of the peppers at hand those that the database notes, each with its check value. Others are only prepared, or
    /// retired; a noted one that is not at hand, or is another one under the same version, is missing.
    pub fn of(at_hand: &[Pepper], noted: &[(i32, String)]) -> Self {
        let known_as = |pepper: &Pepper| (pepper.version, pepper.check_value());
        let (live, missing) = noted::in_use(at_hand, noted, known_as);
        Self { live, missing }
    }

    /// Those at hand, newest first.
    pub fn live(&self) -> &[Pepper] {
        &self.live
    }

    /// Versions that keys may be digested under and that are not at hand.
    pub fn missing(&self) -> &[i32] {
        &self.missing
    }

    /// The one for new keys.
    ///
    /// # Errors
    /// `Unavailable` when none is at hand.
    pub fn newest(&self) -> Result<&Pepper> {
        self.live.first().ok_or_else(|| {
            Error::Unavailable(
                "this server has none of the peppers that keys are kept under".into(),
            )
        })
    }
}
