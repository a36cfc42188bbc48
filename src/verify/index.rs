//! The index: digest of a key's text -> what a decision needs. Reads take no lock.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::entry::Entry;
use super::key_lookup::{self, KeyLookup, Place};
use super::metrics::Metrics;
use super::moves::Moves;
use super::rotations::Rotations;
use super::strangers::Strangers;
use super::table::{Held, Table};
use super::usage::UsageLog;
use super::verifiers::Verifiers;
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Peppers};
use crate::domain::time::Timestamp;

/// Parts of the table of keys. One that grows holds changes up, among thirteen million keys for a tenth of a second; with
/// more parts it would be less, but the parts themselves would no longer stay near the processor.
const PARTS: usize = 64;

/// An entry fills two lines of the processor's cache.
const _: () = assert!(Table::<Entry>::BYTES_EACH == 128);

/// Every key of the installation in memory.
#[derive(Debug)]
pub struct Index {
    entries: Table<Entry>,
    peppers: ArcSwap<Peppers>,
    rev: AtomicI64,
    /// 0 while in doubt; else the number of the load that made it certain.
    certain: AtomicU64,
    loads: AtomicU64,
    usage: UsageLog,
    metrics: Metrics,
    strangers: Strangers,
    verifiers: Verifiers,
    moves: Moves,
    rotations: Rotations,
}

impl Index {
    /// An empty index that answers nothing until it is loaded. `per_second` is the number of single requests
    /// that it records; there is room for `keys` before the index has to grow.
    pub fn new(per_second: usize, keys: usize) -> Self {
        Self {
            entries: Table::new(PARTS, keys),
            peppers: ArcSwap::default(),
            rev: AtomicI64::new(-1),
            certain: AtomicU64::new(0),
            loads: AtomicU64::new(1),
            usage: UsageLog::new(per_second),
            metrics: Metrics::default(),
            strangers: Strangers::default(),
            verifiers: Verifiers::default(),
            moves: Moves::default(),
            rotations: Rotations::default(),
        }
    }

    /// Begins to look a key up: its text is checked and digested, and the memory asked for in which it will be looked
    /// for. Do something else before [`Index::find`].
    pub fn seek<'a>(&self, text: impl Into<Cow<'a, str>>) -> KeyLookup<'a> {
        let text = text.into();
        let is_key = key_text::is_well_formed(&text);
        let lookup = KeyLookup::new(text, is_key, &self.peppers);
        if let Some(digest) = lookup.digest() {
            self.entries.bring_near(digest);
        }
        lookup
    }

    /// The entry of a key, and where it was found.
    pub fn find(&self, lookup: &KeyLookup<'_>) -> Option<(Held<Entry>, Place)> {
        lookup.digest()?;
        key_lookup::find(&self.entries, &self.peppers, lookup)
    }

    /// The entry of a digest.
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

    /// True while keys may be kept under a pepper that this process does not have: an unknown key may be a good one.
    pub fn lacks_pepper(&self) -> bool {
        !self.peppers.load().missing().is_empty()
    }

    /// Puts an entry in place; the next look-up sees it. The digests that its key had before are forgotten.
    pub fn put(&self, digest: Digest, entry: Entry, old: &[Digest]) {
        key_lookup::put(&self.entries, digest, entry, old);
    }

    /// Forgets every key, to be loaded anew. Call it in doubt alone, or good keys look unknown.
    pub fn forget_keys(&self) {
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.entries.keep_only(&[]);
    }

    /// Every entry that is there while this runs.
    pub fn for_each_key(&self, look: impl FnMut(&Entry)) {
        self.entries.for_each(look);
    }

    /// Number of keys held.
    pub fn len(&self) -> usize {
        self.entries.count()
    }

    /// True when no key is held.
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

    /// From now on the index may answer.
    pub fn trust(&self) {
        let load = self.loads.load(Ordering::SeqCst);
        self.certain.store(load, Ordering::SeqCst);
    }

    /// Stops answering until changes are applied again: a commit's outcome or effect is not known.
    pub fn doubt(&self) {
        self.certain.store(0, Ordering::SeqCst);
    }

    /// False before the first load and while in doubt; the answer is then 503, never a verdict.
    pub fn is_certain(&self) -> bool {
        self.certainty().is_some()
    }

    /// The number of the load that makes the index certain. Who finds no key looks whether it is still the same: the key
    /// may have been on the way into memory.
    pub fn certainty(&self) -> Option<u64> {
        Some(self.certain.load(Ordering::SeqCst)).filter(|&load| load > 0)
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
