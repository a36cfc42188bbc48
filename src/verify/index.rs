//! The index: every key of the installation in memory, found by the digest of its text. Reads take no lock.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::entry::Entry;
use super::key_lookup::{self, KeyLookup, Place};
use super::lease::{Lease, Until};
use super::metrics::Metrics;
use super::moves::Moves;
use super::rotations::Rotations;
use super::strangers::Strangers;
use super::table::{Held, Table};
use super::usage::UsageLog;
use super::verifiers::Verifiers;
use crate::domain::id::TenantId;
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Peppers};
use crate::domain::time::Timestamp;

/// Number of parts of the table of keys. While a part grows, changes to its keys wait: with thirteen million keys for a
/// tenth of a second. More parts would grow faster, but their heads would no longer fit into the processor's cache.
const PARTS: usize = 64;

/// An entry fills two lines of the processor's cache.
const _: () = assert!(Table::<Entry>::BYTES_EACH == 128);

/// What an answer rests on: the number of the load that was known to be complete, and the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certainty {
    load: u64,
    until: Until,
}

/// Every key of the installation in memory, and what is counted and noted as they are used.
#[derive(Debug)]
pub struct Index {
    entries: Table<Entry>,
    peppers: ArcSwap<Peppers>,
    rev: AtomicI64,
    /// The number of the load that is known to be complete; 0 while the index may lack a change.
    certain: AtomicU64,
    lease: Lease,
    servers: AtomicU32,
    loads: AtomicU64,
    usage: UsageLog,
    metrics: Metrics,
    strangers: Strangers,
    verifiers: Verifiers,
    moves: Moves,
    rotations: Rotations,
}

impl Index {
    /// An empty index, which answers nothing until it is loaded, and only as long as its lease goes. It records `per_second`
    /// single requests a second, and has room for `keys` before its table grows.
    pub fn new(per_second: usize, keys: usize, lease: Lease) -> Self {
        Self {
            entries: Table::new(PARTS, keys),
            peppers: ArcSwap::default(),
            rev: AtomicI64::new(-1),
            certain: AtomicU64::new(0),
            lease,
            servers: AtomicU32::new(1),
            loads: AtomicU64::new(1),
            usage: UsageLog::new(per_second),
            metrics: Metrics::default(),
            strangers: Strangers::default(),
            verifiers: Verifiers::default(),
            moves: Moves::default(),
            rotations: Rotations::default(),
        }
    }

    /// Begins to look a key up: checks and digests its text, and has the processor fetch the memory in which
    /// [`Index::find`] will look. That takes a moment, so do something else in between.
    pub fn seek<'a>(&self, text: impl Into<Cow<'a, str>>) -> KeyLookup<'a> {
        let text = text.into();
        let is_key = key_text::is_well_formed(&text);
        let lookup = KeyLookup::new(text, is_key, &self.peppers);
        if let Some(digest) = lookup.digest() {
            self.entries.bring_near(digest);
        }
        lookup
    }

    /// The entry of a key, and the digest under which it was found.
    pub fn find(&self, lookup: &KeyLookup<'_>) -> Option<(Held<Entry>, Place)> {
        lookup.digest()?;
        key_lookup::find(&self.entries, &self.peppers, lookup)
    }

    /// The entry that has this digest.
    pub fn entry(&self, digest: &Digest) -> Option<Held<Entry>> {
        self.entries.get(digest)
    }

    /// The peppers under which keys are looked up.
    pub fn peppers(&self) -> Arc<Peppers> {
        self.peppers.load_full()
    }

    /// Looks keys up under these peppers from now on.
    pub fn set_peppers(&self, peppers: Peppers) {
        self.peppers.store(Arc::new(peppers));
    }

    /// True while some keys may be stored under a pepper that this process does not have. A key that is not found may
    /// then be a good one.
    pub fn lacks_pepper(&self) -> bool {
        !self.peppers.load().missing().is_empty()
    }

    /// Puts an entry in place: the next look-up finds it. Entries under `old`, digests that the key had before, are
    /// removed.
    pub fn put(&self, digest: Digest, entry: Entry, old: &[Digest]) {
        key_lookup::put(&self.entries, digest, entry, old);
    }

    /// Removes every key before all are loaded anew. Call [`Index::doubt`] first, or good keys look unknown meanwhile.
    pub fn forget_keys(&self) {
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.entries.keep_only(&[]);
    }

    /// Removes the keys of a tenant: they are unknown from now on.
    pub fn forget_tenant(&self, tenant: TenantId) {
        self.entries.retain(|entry| entry.group.tenant_id != tenant);
    }

    /// Looks at every entry. One that is put in place while this runs may be missed.
    pub fn for_each_key(&self, look: impl FnMut(&Entry)) {
        self.entries.for_each(look);
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.count()
    }

    /// True when there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The revision up to which changes are applied; -1 before the first load.
    pub fn rev(&self) -> i64 {
        self.rev.load(Ordering::Acquire)
    }

    /// Notes that every change up to `rev` is applied.
    pub fn set_rev(&self, rev: i64) {
        self.rev.store(rev, Ordering::Release);
    }

    /// Lets the index answer from now on.
    pub fn trust(&self) {
        let load = self.loads.load(Ordering::SeqCst);
        self.certain.store(load, Ordering::SeqCst);
    }

    /// Stops the index from answering until changes are applied again, because it may lack one.
    pub fn doubt(&self) {
        self.certain.store(0, Ordering::SeqCst);
    }

    /// False before the first load, while the index may lack a change, and without a lease. The answer is then 503, never a
    /// verdict.
    pub fn is_certain(&self) -> bool {
        self.certainty()
            .is_some_and(|certainty| self.still(certainty))
    }

    /// What an answer rests on that is begun now, if one can be given. Before it is given, it has to be [`Index::still`] so.
    pub fn certainty(&self) -> Option<Certainty> {
        // First of all: what is looked up after this is as new as the lease.
        let until = self.lease.until();
        let load = self.certain.load(Ordering::SeqCst);
        (load > 0).then_some(Certainty { load, until })
    }

    /// True when an answer may be given that began with this: the lease goes on, and the keys were not loaded anew
    /// meanwhile, so that one which was not found had not arrived yet. Ask after everything that the answer rests on.
    pub fn still(&self, certainty: Certainty) -> bool {
        self.certain.load(Ordering::SeqCst) == certainty.load
            && self.lease.is_before(certainty.until)
    }

    /// Servers that share rate limits with this one, itself among them.
    pub fn servers(&self) -> NonZeroU32 {
        NonZeroU32::new(self.servers.load(Ordering::Relaxed)).unwrap_or(NonZeroU32::MIN)
    }

    /// Notes how many servers share rate limits.
    pub fn set_servers(&self, servers: usize) {
        let servers = u32::try_from(servers).unwrap_or(u32::MAX);
        self.servers.store(servers, Ordering::Relaxed);
    }

    /// Until when this server may answer.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// True when this is the token of a verifier that may ask.
    pub fn admit(&self, token: &str, now: Timestamp) -> bool {
        self.verifiers.admit(token, &self.peppers, &self.moves, now)
    }

    /// The verifiers: who may ask about keys.
    pub fn verifiers(&self) -> &Verifiers {
        &self.verifiers
    }

    /// What was used since the last collection.
    pub fn usage(&self) -> &UsageLog {
        &self.usage
    }

    /// The latest answers about texts that are not a known key.
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }

    /// What this process answered and how fast.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// When the secrets of rotated keys were used.
    pub fn rotations(&self) -> &Rotations {
        &self.rotations
    }

    /// Keys and verifiers that wait to be moved to the newest pepper.
    pub fn moves(&self) -> &Moves {
        &self.moves
    }
}
