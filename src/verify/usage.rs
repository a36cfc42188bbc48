//! Counting: each answer adds to its key's counters; one thread collects them each second.
//!
//! Verification never waits for it. A key that was used is handed over once, however often it is used between
//! two collections, so the hand-over holds at most one item for each key.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::code::Code;
use super::index::Entry;
use super::records::Ring;
use crate::domain::time::Timestamp;

/// Counts of one key since the last collection.
#[derive(Debug, Default)]
pub struct Counters {
    codes: [AtomicU64; Code::OF_KEYS],
    last_accepted: AtomicI64,
    handed_over: AtomicBool,
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
    fn add(&self, count: &Count) {
        for (counter, more) in self.codes.iter().zip(count.codes) {
            counter.fetch_add(more, Ordering::Relaxed);
        }
        self.last_accepted
            .fetch_max(count.last_accepted, Ordering::Relaxed);
    }

    /// Takes the counts; those that arrive meanwhile stay for the next collection.
    fn take(&self) -> Count {
        // Cleared first: a use between here and the swaps is then handed over again rather than lost.
        self.handed_over.store(false, Ordering::SeqCst);
        Count {
            codes: std::array::from_fn(|place| self.codes[place].swap(0, Ordering::Relaxed)),
            last_accepted: self.last_accepted.swap(0, Ordering::Relaxed),
        }
    }
}

/// Keys that were used since the last collection, and the ring of single requests.
#[derive(Debug)]
pub struct UsageLog {
    used: Sender<Arc<Entry>>,
    collected: Mutex<Receiver<Arc<Entry>>>,
    ring: Option<Ring>,
}

impl UsageLog {
    /// A log whose ring holds `ring` requests between two collections; 0 keeps no single requests.
    pub fn new(ring: usize) -> Self {
        let (used, collected) = channel();
        Self {
            used,
            collected: Mutex::new(collected),
            ring: Ring::new(ring),
        }
    }

    /// Single requests on their way to the database, unless that is switched off.
    pub fn ring(&self) -> Option<&Ring> {
        self.ring.as_ref()
    }

    /// Counts one answer about a known key.
    pub fn count(&self, entry: &Arc<Entry>, code: Code, now: Timestamp) {
        let counters = entry.counters();
        if let Some(counter) = counters.codes.get(code.index()) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if code == Code::Valid {
            counters
                .last_accepted
                .fetch_max(now.timestamp_micros(), Ordering::Relaxed);
        }
        self.hand_over(entry, counters);
    }

    fn hand_over(&self, entry: &Arc<Entry>, counters: &Counters) {
        if !counters.handed_over.load(Ordering::SeqCst)
            && !counters.handed_over.swap(true, Ordering::SeqCst)
        {
            // The receiver lives as long as the sender: both belong to this log.
            let _ = self.used.send(Arc::clone(entry));
        }
    }

    /// Takes the counts of at most `most` used keys.
    pub fn collect(&self, most: usize) -> Vec<(Arc<Entry>, Count)> {
        let receiver = self
            .collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        receiver
            .try_iter()
            .take(most)
            .map(|entry| {
                let count = entry.counters().take();
                (entry, count)
            })
            .collect()
    }

    /// Puts counts back that could not be written, for the next collection.
    pub fn put_back(&self, entry: &Arc<Entry>, count: &Count) {
        let counters = entry.counters();
        counters.add(count);
        self.hand_over(entry, counters);
    }
}
