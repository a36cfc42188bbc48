//! The master key: the secret outside the database from which the keys of cookies, of sealed secrets and of integration
//! credentials are derived.
//!
//! It comes in versions. What is encrypted says under which; new things take the newest.

use std::sync::Arc;

use arc_swap::ArcSwap;
use zeroize::Zeroizing;

use super::encryption::Key;
use super::pepper::Pepper;
use super::{Error, Result, noted};

/// One version of the master key.
#[derive(Clone)]
pub struct MasterKey {
    version: i32,
    bytes: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl MasterKey {
    /// A master key from its version and 32 bytes.
    pub fn new(version: i32, bytes: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            version,
            bytes: bytes.clone(),
        }
    }

    /// The version, stored beside whatever is encrypted.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// A key for one purpose, by HMAC-SHA-256 (as one block of HKDF-Expand, RFC 5869).
    pub(super) fn derive(&self, purpose: &str) -> Key {
        Zeroizing::new(Pepper::new(self.version, &self.bytes).digest(purpose))
    }

    /// A value that tells whether this is the master key that the database was made with, and nothing else about it.
    pub fn check_value(&self) -> String {
        Pepper::new(self.version, &self.bytes).check_value()
    }

    /// The bytes of which the web framework derives the keys of cookies.
    pub fn bytes(&self) -> &[u8] {
        &*self.bytes
    }
}

#[derive(Default)]
struct Live {
    /// Those in use, newest first; then those that were, while this process ran.
    keys: Vec<MasterKey>,
    missing: Vec<i32>,
}

/// The versions in use, as far as this process holds them. Clones share them, also what is taken up later.
#[derive(Clone, Default)]
pub struct MasterKeys(Arc<ArcSwap<Live>>);

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl MasterKeys {
    /// Of the master keys at hand those that the database notes, each with its check value.
    pub fn of(at_hand: &[MasterKey], noted: &[(i32, String)]) -> Self {
        let keys = Self::default();
        keys.take_up(at_hand, noted);
        keys
    }

    /// As [`MasterKeys::of`], beside those held so far. What was given up stays until the process ends: something in its
    /// memory may still be encrypted under it.
    pub fn take_up(&self, at_hand: &[MasterKey], noted: &[(i32, String)]) {
        let held = self.0.load();
        let mut known = held.keys.clone();
        known.extend_from_slice(at_hand);
        let (mut keys, missing) =
            noted::in_use(&known, noted, |key| (key.version, key.check_value()));
        let versions: Vec<i32> = keys.iter().map(MasterKey::version).collect();
        let given_up = |key: &&MasterKey| !versions.contains(&key.version);
        keys.extend(held.keys.iter().filter(given_up).cloned());
        self.0.store(Arc::new(Live { keys, missing }));
    }

    /// Versions that something may be encrypted under and that are not at hand.
    pub fn missing(&self) -> Vec<i32> {
        self.0.load().missing.clone()
    }

    /// True when this process holds a version.
    pub fn holds(&self, version: i32) -> bool {
        self.get(version).is_some()
    }

    /// True when a version is in use and not at hand: what is under it is not damaged because it does not open here.
    pub fn lacks(&self, version: i32) -> bool {
        self.0.load().missing.contains(&version)
    }

    /// The newest version in use; 0 when none is at hand.
    pub fn newest(&self) -> i32 {
        self.0.load().keys.first().map_or(0, MasterKey::version)
    }

    /// The newest version in use, for what is encrypted now.
    ///
    /// # Errors
    /// `Unavailable` when none is at hand.
    pub fn newest_key(&self) -> Result<MasterKey> {
        let newest = self.0.load().keys.first().cloned();
        newest.ok_or_else(|| {
            Error::Unavailable("this server has none of the master keys in use".into())
        })
    }

    /// One version.
    pub(super) fn get(&self, version: i32) -> Option<MasterKey> {
        let live = self.0.load();
        let found = live.keys.iter().find(|key| key.version == version);
        found.cloned()
    }
}
