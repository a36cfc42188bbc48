//! The index: digest of a key's text -> what a decision needs. Reads take no lock.

use std::hash::Hasher;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use super::limiter::Limiter;
use super::lookup::{self, ByDigest, Held, Place};
use super::metrics::Metrics;
use super::moves::Moves;
use super::rotations::{Rotations, Secret};
use super::strangers::Strangers;
use super::usage::{Counters, UsageLog};
use super::verifiers::Verifiers;
use crate::domain::address_list::AddressList;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, TenantId};
use crate::domain::pepper::{Digest, Peppers};
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;

/// An authorization group as keys share it.
#[derive(Debug)]
pub struct Group {
    /// Identifier.
    pub id: GroupId,
    /// Name.
    pub name: String,
    /// What it grants.
    pub scopes: Scopes,
}

/// What verification knows of one key. An entry never changes, save what it counts: a change puts a new one in place.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key_id: KeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// True while none of the tenant's keys is accepted.
    pub tenant_suspended: bool,
    /// Name of the key.
    pub name: Box<str>,
    /// Live or test.
    pub environment: Environment,
    /// Its authorization group.
    pub group: Arc<Group>,
    /// When it was issued, in seconds since 1970: four bytes do until 2106, and there are millions of entries.
    pub issued: u32,
    /// Revoked for good.
    pub revoked: bool,
    /// Switched off for now.
    pub disabled: bool,
    /// End of its life.
    pub expires_at: Option<Timestamp>,
    /// Allowed addresses, when they are enforced; none for most keys, so it costs a pointer.
    pub ip_allowlist: Option<Box<AddressList>>,
    /// Its callers are noted, and none is refused for its address.
    pub observed: bool,
    /// Counts against the key's rate limit, if it has one; carried over while the limit stays the same.
    pub limiter: Option<Arc<Limiter>>,
    /// Which of its secrets this is about, for a key that has or had two.
    pub secret: Option<Box<Secret>>,
    /// The revision at which the key was as it stands here.
    pub rev: i64,
    /// Made at the first use, so that the many keys that rest cost nothing.
    pub counters: OnceLock<Arc<Counters>>,
}

impl Entry {
    /// True for the old secret of a rotation.
    pub fn is_former(&self) -> bool {
        self.secret.as_ref().is_some_and(|secret| secret.is_former)
    }

    /// True for a former secret whose time is over; the key itself may go on.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let secret = self.secret.as_ref();
        secret.is_some_and(|secret| secret.has_ended(now))
    }

    /// Counts since the last collection.
    pub fn counters(&self) -> &Arc<Counters> {
        let new = || Arc::new(Counters::of(self.key_id));
        self.counters.get_or_init(new)
    }
}

/// The digest is a keyed hash already, so its first bytes serve as the hash.
#[derive(Default)]
pub struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// Arrays announce their length; it says nothing here.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Every key of the installation in memory.
#[derive(Debug)]
pub struct Index {
    entries: ByDigest<Entry>,
    peppers: ArcSwap<Peppers>,
    rev: AtomicI64,
    certain: AtomicBool,
    usage: UsageLog,
    metrics: Metrics,
    strangers: Strangers,
    verifiers: Verifiers,
    moves: Moves,
    rotations: Rotations,
}

impl Index {
    /// An empty index that answers nothing until it is loaded. `per_second` is the number of single requests
    /// that it records.
    pub fn new(per_second: usize) -> Self {
        Self {
            entries: ByDigest::default(),
            peppers: ArcSwap::default(),
            rev: AtomicI64::new(-1),
            certain: AtomicBool::new(false),
            usage: UsageLog::new(per_second),
            metrics: Metrics::default(),
            strangers: Strangers::default(),
            verifiers: Verifiers::default(),
            moves: Moves::default(),
            rotations: Rotations::default(),
        }
    }

    /// The index in the hands of one reader. It keeps replaced entries alive, so let it go soon.
    pub fn held(&self) -> HeldIndex<'_> {
        HeldIndex {
            index: self,
            entries: self.entries.pin(),
        }
    }

    /// The peppers under which keys are looked up.
    pub fn peppers(&self) -> Arc<Peppers> {
        self.peppers.load_full()
    }

    /// Looks keys up under these peppers from now on.
    pub fn set_peppers(&self, peppers: Peppers) {
        self.peppers.store(Arc::new(peppers));
    }

    /// True while keys may be kept under a pepper that this process does not have: an unknown key may be a good one.
    pub fn lacks_pepper(&self) -> bool {
        !self.peppers.load().missing().is_empty()
    }

    /// Puts an entry in place; the next look-up sees it. The digests that its key had before are forgotten.
    pub fn put(&self, digest: Digest, entry: Entry, old: &[Digest]) {
        lookup::put(&self.entries, digest, entry, old);
    }

    /// Number of keys held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when no key is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The revision up to which changes are applied; -1 before the first load.
    pub fn rev(&self) -> i64 {
        self.rev.load(Ordering::Acquire)
    }

    /// Notes that every change up to `rev` is applied, and that the index may answer.
    pub fn set_rev(&self, rev: i64) {
        self.rev.store(rev, Ordering::Release);
        self.certain.store(true, Ordering::Release);
    }

    /// Stops answering until changes are applied again: a commit's outcome or effect is not known.
    pub fn doubt(&self) {
        self.certain.store(false, Ordering::Release);
    }

    /// False before the first load and while in doubt; the answer is then 503, never a verdict.
    pub fn is_certain(&self) -> bool {
        self.certain.load(Ordering::Acquire)
    }

    /// True when a verifier holds this token and may ask.
    pub fn admit(&self, token: &str, now: Timestamp) -> bool {
        self.verifiers.admit(token, &self.peppers, &self.moves, now)
    }

    /// Who may ask.
    pub fn verifiers(&self) -> &Verifiers {
        &self.verifiers
    }

    /// What was counted and recorded since the last collection.
    pub fn usage(&self) -> &UsageLog {
        &self.usage
    }

    /// The latest answers about texts that are no key.
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }

    /// What this process answered and how fast.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Keys with two secrets, and which of them was used.
    pub fn rotations(&self) -> &Rotations {
        &self.rotations
    }

    /// Keys and verifiers that wait to be moved to the newest pepper.
    pub fn moves(&self) -> &Moves {
        &self.moves
    }
}

/// The index in the hands of one reader: the entries that it finds stay as they are while it holds this.
pub struct HeldIndex<'a> {
    /// The rest of the index.
    pub index: &'a Index,
    entries: Held<'a, Entry>,
}

impl HeldIndex<'_> {
    /// The entry of a key's text, and where it was found.
    pub fn find(&self, text: &str) -> Option<(&Entry, Place)> {
        lookup::find(&self.entries, &self.index.peppers, text)
    }

    /// The entry of a digest.
    pub fn entry(&self, digest: &Digest) -> Option<&Entry> {
        self.entries.get(digest)
    }
}
