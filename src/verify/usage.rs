//! Which keys were used, for one thread that collects their counts each second. Verification never waits for it.
//!
//! A used key is handed over once between two collections, however often it is used, so at most one item for each key
//! waits.

use crossbeam_queue::SegQueue;

use super::callers::Callers;
use super::entry::Entry;
use super::records::Ring;
use super::table::{Held, Shared};
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

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
        let counted = held.get().map(|entry| entry.counters.count(code, now));
        if counted == Some(true)
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
    pub fn collect(&self, most: usize) -> Vec<(Shared<Entry>, Tally)> {
        std::iter::from_fn(|| self.used.pop())
            .take(most)
            .map(|entry| {
                let tally = entry.counters.take();
                (entry, tally)
            })
            .collect()
    }

    /// Puts counts back that could not be written, for the next collection.
    pub fn put_back(&self, entry: Shared<Entry>, tally: &Tally) {
        entry.counters.put_back(tally);
        self.used.push(entry);
    }
}
