//! The counters of one key: every answer about the key adds to them, and once a second a thread takes the counts and
//! sets them back to zero.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwapOption;

use crate::domain::tally::{Counts, Tally};
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// The time of a key's last use is only updated when it is so many microseconds old: with fewer writes, threads that
/// use the same key wait less for each other.
const TICK: i64 = 10_000;

/// Answers about one key, by one of its secrets, since the counts were last taken. Nearly all answers accept the key,
/// so room for refusals is only made at the first one.
#[derive(Debug, Default)]
pub struct Counters {
    last_accepted: AtomicI64,
    accepted: AtomicI64,
    refused: ArcSwapOption<Refusals>,
}

/// A count for each verdict; that of [`Code::Valid`] stays 0.
type Refusals = [AtomicI64; Code::OF_KEYS.len()];

/// A copy starts with counts of its own, or answers would be counted twice.
impl Clone for Counters {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Counters {
    /// Counts one answer. True when it is the first with its verdict since the counts were last taken.
    pub(super) fn count(&self, code: Code, now: Timestamp) -> bool {
        if code == Code::Valid {
            let now = now.timestamp_micros();
            if now - self.last_accepted.load(Ordering::Relaxed) >= TICK {
                self.accepted_at(now);
            }
        }
        self.add(code, 1)
    }

    /// Takes the counts. An answer that comes meanwhile is counted now or the next time, never twice.
    pub(super) fn take(&self) -> Tally {
        let mut counts = Counts::default();
        if let Some(refused) = &*self.refused.load() {
            for (code, count) in Code::OF_KEYS.into_iter().zip(&**refused) {
                counts.add(code, count.swap(0, Ordering::SeqCst));
            }
        }
        counts.add(Code::Valid, self.accepted.swap(0, Ordering::SeqCst));
        Tally {
            counts,
            last_accepted: self.last_accepted.swap(0, Ordering::SeqCst),
        }
    }

    /// Puts counts back that could not be written.
    pub(super) fn put_back(&self, tally: &Tally) {
        self.accepted_at(tally.last_accepted);
        for (code, more) in tally.counts.list().filter(|(_, more)| *more > 0) {
            self.add(code, more);
        }
    }

    /// Adds to a verdict's count; true when it was 0.
    fn add(&self, code: Code, more: i64) -> bool {
        let add = |count: &AtomicI64| count.fetch_add(more, Ordering::SeqCst) == 0;
        if code == Code::Valid {
            return add(&self.accepted);
        }
        let refused = self.refusals();
        refused.get(code.index()).is_some_and(add)
    }

    /// The counts of refusals. The first refusal makes room for them.
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
}
