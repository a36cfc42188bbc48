//! Counting: each answer adds to its key's counters; one thread collects them each second.
//!
//! Verification never waits for it. A key that was used is handed over once, however often it is used between
//! two collections, so the hand-over holds at most one item for each key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crossbeam_queue::SegQueue;

use super::callers::Callers;
use super::code::Code;
use super::index::Entry;
use super::records::Ring;
use crate::domain::id::KeyId;
use crate::domain::time::Timestamp;

/// Microseconds by which a key's last use may lag: workers that share a key then write less to the same place.
const TICK: i64 = 10_000;

/// Counts of one key since the last collection. What an accepted request touches comes first and lies together.
#[derive(Debug)]
#[repr(C)]
pub struct Counters {
    handed_over: AtomicBool,
    last_accepted: AtomicI64,
    codes: [AtomicU64; Code::OF_KEYS],
    /// The key.
    pub key_id: KeyId,
}

/// What was collected of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Answers by code, in the order of [`Code::ALL`].
    pub codes: [u64; Code::OF_KEYS],
    /// When it was last accepted, in microseconds since 1970; 0: not since the last collection.
    pub last_accepted: i64,
}

impl Count {
    /// Adds what was collected of the same key a moment later.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.codes.iter_mut().zip(other.codes) {
            *sum += more;
        }
        self.last_accepted = self.last_accepted.max(other.last_accepted);
    }
}

impl Counters {
    /// Nothing counted yet.
    pub fn of(key_id: KeyId) -> Self {
        Self {
            handed_over: AtomicBool::default(),
            last_accepted: AtomicI64::default(),
            codes: Default::default(),
            key_id,
        }
    }

    fn add(&self, count: &Count) {
        for (counter, more) in self.codes.iter().zip(count.codes) {
            counter.fetch_add(more, Ordering::SeqCst);
        }
        self.last_accepted
            .fetch_max(count.last_accepted, Ordering::SeqCst);
    }

    /// Takes the counts; those that arrive meanwhile stay for the next collection.
    fn take(&self) -> Count {
        // Cleared first: a use between here and the swaps is then handed over again rather than lost.
        self.handed_over.store(false, Ordering::SeqCst);
        Count {
            codes: std::array::from_fn(|place| self.codes[place].swap(0, Ordering::SeqCst)),
            last_accepted: self.last_accepted.swap(0, Ordering::SeqCst),
        }
    }
}

/// Keys that were used since the last collection, and the ring of single requests.
#[derive(Debug)]
pub struct UsageLog {
    used: SegQueue<Arc<Counters>>,
    ring: Option<Ring>,
    callers: Callers,
}

impl UsageLog {
    /// A log that records `per_second` single requests a second; 0 records none.
    pub fn new(per_second: usize) -> Self {
        Self {
            used: SegQueue::new(),
            ring: Ring::new(per_second),
            callers: Callers::default(),
        }
    }

    /// Single requests on their way to the database, unless that is switched off.
    pub fn ring(&self) -> Option<&Ring> {
        self.ring.as_ref()
    }

    /// Callers of keys whose allowlist is observed.
    pub fn callers(&self) -> &Callers {
        &self.callers
    }

    /// Counts one answer about a known key.
    pub fn count(&self, entry: &Entry, code: Code, now: Timestamp) {
        let counters = entry.counters();
        if let Some(counter) = counters.codes.get(code.index()) {
            // In one order with the flag of the hand-over, or a count could miss its collection.
            counter.fetch_add(1, Ordering::SeqCst);
        }
        if code == Code::Valid {
            let now = now.timestamp_micros();
            if now - counters.last_accepted.load(Ordering::Relaxed) >= TICK {
                counters.last_accepted.fetch_max(now, Ordering::SeqCst);
            }
        }
        self.hand_over(counters);
    }

    fn hand_over(&self, counters: &Arc<Counters>) {
        if !counters.handed_over.load(Ordering::SeqCst)
            && !counters.handed_over.swap(true, Ordering::SeqCst)
        {
            self.used.push(Arc::clone(counters));
        }
    }

    /// Used keys that wait to be collected.
    pub fn waiting(&self) -> usize {
        self.used.len()
    }

    /// Takes the counts of at most `most` used keys.
    pub fn collect(&self, most: usize) -> Vec<(Arc<Counters>, Count)> {
        std::iter::from_fn(|| self.used.pop())
            .take(most)
            .map(|counters| {
                let count = counters.take();
                (counters, count)
            })
            .collect()
    }

    /// Puts counts back that could not be written, for the next collection.
    pub fn put_back(&self, counters: &Arc<Counters>, count: &Count) {
        counters.add(count);
        self.hand_over(counters);
    }
}
