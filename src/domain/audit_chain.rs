//! The chain of the audit log: each row has an HMAC over itself and over the one before it, so that nobody without the
//! audit key can change, take out, add or move a row unseen.
//!
//! The audit key is random, made once for a database and kept in it, encrypted under the master key: the HMACs stay as
//! they are when the master key is replaced.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use hmac::Mac as _;
use zeroize::Zeroizing;

use super::encryption::{self, Encrypted, Key};
use super::id::TenantId;
use super::master_key::{MasterKey, MasterKeys};
use super::pepper::keyed;
use super::{Error, Result, random};

/// Version of what an HMAC is made of; its first byte.
const VERSION: u8 = 1;
/// What the key that encrypts the audit key is for.
const WRAPPING: &str = "keystead audit key wrapping 1";
/// What is encrypted under it.
const AUDIT_KEY: &[u8] = b"keystead audit key";
/// Of what the check value is an HMAC.
const CHECK: &[u8] = b"keystead audit key check";
/// What the HMAC of a row begins with.
const ROW: &[u8] = b"keystead audit row";
/// What the HMAC of a head begins with.
const HEAD: &[u8] = b"keystead audit head";

/// The audit key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedAuditKey {
    /// The master key under which it is encrypted.
    pub master_key_version: i32,
    /// 24 bytes, new for each encryption.
    pub nonce: Vec<u8>,
    /// The encrypted key and its tag.
    pub ciphertext: Vec<u8>,
    /// What tells this audit key from any other, and nothing else about it.
    pub check_value: String,
}

/// A place in a chain: the number of a row and its HMAC. Number 0 without an HMAC is the place before the first row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Counted from 1, without gaps.
    pub seq: i64,
    /// A byte for the version and 32 bytes of HMAC.
    pub mac: Vec<u8>,
}

/// How far a chain goes. Whoever removes old or new rows, and has no audit key, can't make the head that fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The last row.
    pub last: Link,
    /// The last row that was removed because of its age.
    pub pruned: Link,
}

/// The key of the HMACs.
pub struct AuditKey(Key);

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl AuditKey {
    /// Another one than any other.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn random() -> Result<Self> {
        Ok(Self(Zeroizing::new(random::bytes()?)))
    }

    /// The link of the row behind `before`. A chain is known by the id of its tenant, that of the installation by no
    /// text at all.
    pub fn link(&self, chain: &str, before: &Link, fields: &[&[u8]]) -> Link {
        let seq = before.seq + 1;
        let place: [&[u8]; 4] = [
            ROW,
            chain.as_bytes(),
            &seq.to_be_bytes(),
            before.mac.as_slice(),
        ];
        let mac = self.mac(&[&place, fields].concat());
        Link { seq, mac }
    }

    /// The signature of a head.
    pub fn sign(&self, chain: &str, head: &Head) -> Vec<u8> {
        self.mac(&[
            HEAD,
            chain.as_bytes(),
            &head.last.seq.to_be_bytes(),
            &head.last.mac,
            &head.pruned.seq.to_be_bytes(),
            &head.pruned.mac,
        ])
    }

    /// Each part goes in after its length, so that no two lists of parts read the same.
    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = keyed(&self.0);
        mac.update(&[VERSION]);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        [&[VERSION], mac.finalize().into_bytes().as_slice()].concat()
    }

    /// What tells this key from any other.
    fn check_value(&self) -> String {
        random::hex(&self.mac(&[CHECK]))
    }

    /// The key as it is stored, under this master key.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn wrap(&self, master_key: &MasterKey) -> Result<WrappedAuditKey> {
        let version = master_key.version();
        let parts: [&[u8]; 2] = [AUDIT_KEY, &version.to_be_bytes()];
        let Encrypted { nonce, ciphertext } =
            encryption::encrypt(&master_key.derive(WRAPPING), &parts, &*self.0)?;
        Ok(WrappedAuditKey {
            master_key_version: version,
            nonce,
            ciphertext,
            check_value: self.check_value(),
        })
    }
}

/// The audit key of a database, as far as this process can open it. Clones share it. Once it was opened it stays: a
/// server that lacks the newest master key goes on recording what happens.
#[derive(Debug, Clone)]
pub struct AuditKeys {
    master_keys: MasterKeys,
    opened: Arc<ArcSwapOption<AuditKey>>,
}

impl AuditKeys {
    /// Those that open under these master keys, also under those that are taken up later.
    pub fn under(master_keys: &MasterKeys) -> Self {
        Self {
            master_keys: master_keys.clone(),
            opened: Arc::default(),
        }
    }

    /// The newest master key, for a new audit key.
    ///
    /// # Errors
    /// `Unavailable` when none is at hand.
    pub fn newest_master_key(&self) -> Result<MasterKey> {
        self.master_keys.newest_key()
    }

    /// The stored audit key.
    ///
    /// # Errors
    /// `Unavailable` when a bit of it was changed, and when this process does not [hold](MasterKeys::holds) its master
    /// key.
    pub fn open(&self, stored: &WrappedAuditKey) -> Result<Arc<AuditKey>> {
        if let Some(opened) = self.opened.load_full()
            && opened.check_value() == stored.check_value
        {
            return Ok(opened);
        }
        let key = self.unwrap(stored).ok_or_else(|| {
            Error::Unavailable(format!(
                "the audit key does not open under master key {} of this server",
                stored.master_key_version
            ))
        })?;
        let opened = Arc::new(key);
        self.opened.store(Some(Arc::clone(&opened)));
        Ok(opened)
    }

    fn unwrap(&self, stored: &WrappedAuditKey) -> Option<AuditKey> {
        let version = stored.master_key_version;
        let wrapping = self.master_keys.get(version)?.derive(WRAPPING);
        let parts: [&[u8]; 2] = [AUDIT_KEY, &version.to_be_bytes()];
        let bytes = encryption::decrypt(&wrapping, &parts, &stored.nonce, &stored.ciphertext)?;
        let mut key = Key::default();
        // Of another length it was not made here.
        (bytes.len() == key.len()).then(|| key.copy_from_slice(&bytes))?;
        let key = AuditKey(key);
        (key.check_value() == stored.check_value).then_some(key)
    }
}

/// The end of a chain as it was at some time, kept where who changes the database can't change it. As text it is
/// `CHAIN:NUMBER:HMAC`, the chain of the installation being `installation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHead {
    /// The tenant; none for the installation.
    pub chain: Option<TenantId>,
    /// Its last row.
    pub last: Link,
}

/// How the chain of no tenant is called.
const INSTALLATION: &str = "installation";

impl std::fmt::Display for KeptHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Link { seq, mac } = &self.last;
        match self.chain {
            Some(tenant) => write!(f, "{tenant}")?,
            None => f.write_str(INSTALLATION)?,
        }
        write!(f, ":{seq}:{}", random::hex(mac))
    }
}

impl KeptHead {
    /// Reads what was written; `None` when it is no head.
    pub fn parse(text: &str) -> Option<Self> {
        let (chain, rest) = text.split_once(':')?;
        let (seq, mac) = rest.split_once(':')?;
        let chain = match chain {
            INSTALLATION => None,
            tenant => Some(tenant.parse().ok()?),
        };
        let version = mac
            .get(..2)
            .and_then(|byte| u8::from_str_radix(byte, 16).ok())?;
        let bytes = random::from_hex(mac.get(2..)?)?;
        Some(Self {
            chain,
            last: Link {
                seq: seq.parse().ok().filter(|seq| *seq > 0)?,
                mac: [&[version], bytes.as_slice()].concat(),
            },
        })
    }
}
