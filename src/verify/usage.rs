//! Counting: each answer adds to its key's counters; one thread collects them each second.
//!
//! Verification never waits for it. A key that was used is handed over once, however often it is used between
//! two collections, so the hand-over holds at most one item for each key.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::index::Entry;
use crate::domain::time::{Timestamp, from_micros};

/// Counts of one key since the last collection.
#[derive(Debug, Default)]
pub struct Counters {
    accepted: AtomicU64,
    refused: AtomicU64,
    last_accepted: AtomicI64,
    handed_over: AtomicBool,
}

/// What was collected of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Answers that accepted it.
    pub accepted: u64,
    /// Answers that refused it.
    pub refused: u64,
    /// When it was last accepted.
    pub last_accepted: Option<Timestamp>,
}

impl Count {
    /// Adds what was collected of the same key a moment later.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.last_accepted = self.last_accepted.max(other.last_accepted);
    }
}

impl Counters {
    /// Takes the counts; those that arrive meanwhile stay for the next collection.
    fn take(&self) -> Count {
        // Cleared first: a use between here and the swaps is then handed over again rather than lost.
        self.handed_over.store(false, Ordering::SeqCst);
        let last = self.last_accepted.swap(0, Ordering::Relaxed);
        Count {
            accepted: self.accepted.swap(0, Ordering::Relaxed),
            refused: self.refused.swap(0, Ordering::Relaxed),
            last_accepted: (last > 0).then(|| from_micros(last)),
        }
    }
}

/// Keys that were used since the last collection.
#[derive(Debug)]
pub struct UsageLog {
    used: Sender<Arc<Entry>>,
    collected: Mutex<Receiver<Arc<Entry>>>,
}

impl Default for UsageLog {
    fn default() -> Self {
        let (used, collected) = channel();
        Self {
            used,
            collected: Mutex::new(collected),
        }
    }
}

impl UsageLog {
    /// Counts one answer.
    pub fn count(&self, entry: &Arc<Entry>, accepted: bool, now: Timestamp) {
        let counters = &entry.counters;
        if accepted {
            counters.accepted.fetch_add(1, Ordering::Relaxed);
            counters
                .last_accepted
                .fetch_max(now.timestamp_micros(), Ordering::Relaxed);
        } else {
            counters.refused.fetch_add(1, Ordering::Relaxed);
        }
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
                let count = entry.counters.take();
                (entry, count)
            })
            .collect()
    }

    /// Puts counts back that could not be written, for the next collection.
    pub fn put_back(&self, entry: &Arc<Entry>, count: Count) {
        entry
            .counters
            .accepted
            .fetch_add(count.accepted, Ordering::Relaxed);
        entry
            .counters
            .refused
            .fetch_add(count.refused, Ordering::Relaxed);
        let last = count.last_accepted.map_or(0, |at| at.timestamp_micros());
        entry
            .counters
            .last_accepted
            .fetch_max(last, Ordering::Relaxed);
        if !entry.counters.handed_over.swap(true, Ordering::SeqCst) {
            let _ = self.used.send(Arc::clone(entry));
        }
    }
}
