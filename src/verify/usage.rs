//! Counting: each answer adds to its key's counters; one thread collects them each second.
//!
//! Verification never waits for it. A key that was used is handed over once, however often it is used between
//! two collections, so the hand-over holds at most one item for each key.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use crossbeam_queue::SegQueue;

use super::callers::Callers;
use super::code::Code;
use super::entry::Entry;
use super::records::Ring;
use super::table::{Held, Shared};
use crate::domain::time::Timestamp;

/// Microseconds by which a key's last use may lag: workers that share a key then write less to the same place.
const TICK: i64 = 10_000;

/// Counts of one key, by one of its secrets, since the last collection. Nearly all answers accept, so only that count
/// lies with the key.
#[derive(Debug, Default)]
pub struct Counters {
    last_accepted: AtomicI64,
    accepted: AtomicU64,
    refused: ArcSwapOption<Refusals>,
}

/// Counts by code, without that of [`Code::Valid`].
type Refusals = [AtomicU64; Code::OF_KEYS];

/// What was collected of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Answers by code, in the order of [`Code::ALL`].
    pub codes: [u64; Code::OF_KEYS],
    /// When it was last accepted, in microseconds since 1970; 0: not since the last collection.
    pub last_accepted: i64,
}

impl Count {
    /// True when nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what was collected of the same key a moment later, or by another secret.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.codes.iter_mut().zip(other.codes) {
            *sum += more;
        }
        self.last_accepted = self.last_accepted.max(other.last_accepted);
    }
}

/// A copy of an entry counts for itself.
impl Clone for Counters {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Counters {
    /// Adds to a code's count; true when there was none of it since the last collection.
    fn add(&self, code: Code, more: u64) -> bool {
        let counter = |counter: &AtomicU64| counter.fetch_add(more, Ordering::SeqCst) == 0;
        if code == Code::Valid {
            return counter(&self.accepted);
        }
        let refused = self.refusals();
        refused.get(code.index()).is_some_and(counter)
    }

    /// The counts of refusals, made at the first one.
    fn refusals(&self) -> Arc<Refusals> {
        if let Some(made) = self.refused.load_full() {
            return made;
        }
        let new = Arc::new(Refusals::default());
        let none = None::<Arc<Refusals>>;
        let before = self.refused.compare_and_swap(&none, Some(Arc::clone(&new)));
        before.as_ref().map_or(new, Arc::clone)
    }

    fn accepted_at(&self, micros: i64) {
        self.last_accepted.fetch_max(micros, Ordering::SeqCst);
    }

    /// Takes the counts; those that arrive meanwhile stay for the next collection.
    fn take(&self) -> Count {
        let mut codes = [0; Code::OF_KEYS];
        if let Some(refused) = &*self.refused.load() {
            codes = std::array::from_fn(|place| refused[place].swap(0, Ordering::SeqCst));
        }
        codes[Code::Valid.index()] = self.accepted.swap(0, Ordering::SeqCst);
        Count {
            codes,
            last_accepted: self.last_accepted.swap(0, Ordering::SeqCst),
        }
    }
}

/// Keys that were used since the last collection, and the ring of single requests.
#[derive(Debug)]
pub struct UsageLog {
    used: SegQueue<Shared<Entry>>,
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
    pub fn count(&self, held: &Held<Entry>, code: Code, now: Timestamp) {
        let Some(Entry { counters, .. }) = held.get() else {
            return;
        };
        if code == Code::Valid {
            let now = now.timestamp_micros();
            if now - counters.last_accepted.load(Ordering::Relaxed) >= TICK {
                counters.accepted_at(now);
            }
        }
        if counters.add(code, 1)
            && let Some(entry) = held.share()
        {
            self.used.push(entry);
        }
    }

    /// Used keys that wait to be collected.
    pub fn waiting(&self) -> usize {
        self.used.len()
    }

    /// Takes the counts of at most `most` used keys.
    pub fn collect(&self, most: usize) -> Vec<(Shared<Entry>, Count)> {
        std::iter::from_fn(|| self.used.pop())
            .take(most)
            .map(|entry| {
                let count = entry.counters.take();
                (entry, count)
            })
            .collect()
    }

    /// Puts counts back that could not be written, for the next collection.
    pub fn put_back(&self, entry: Shared<Entry>, count: &Count) {
        entry.counters.accepted_at(count.last_accepted);
        for (code, &more) in Code::ALL.into_iter().zip(&count.codes) {
            if more > 0 {
                entry.counters.add(code, more);
            }
        }
        self.used.push(entry);
    }
}
