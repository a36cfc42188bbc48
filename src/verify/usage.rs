//! The keys that were used: once a second a thread collects their counts. Verification never waits for it.
//!
//! A key is put into the queue at its first use after a collection, and not again before the next one. So the queue is
//! never longer than the number of keys, however often they are used.

use crossbeam_queue::SegQueue;

use super::callers::Callers;
use super::entry::Entry;
use super::records::Ring;
use super::table::{Held, Shared};
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// What was used since the last collection: keys with their counts, callers, and single requests.
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

    /// The single requests that wait to be written to the database; `None` when they are not recorded.
    pub fn ring(&self) -> Option<&Ring> {
        self.ring.as_ref()
    }

    /// Callers of keys whose allowlist is only observed.
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

    /// How many used keys wait to be collected.
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
