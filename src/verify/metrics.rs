//! What this process answered and how fast, for the metrics. Each thread counts for itself, so that threads never write
//! to the same cache line; the counts are added up when the metrics are read.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::domain::verdict::Code;

/// Number of threads that count for themselves. Further ones share with others, which is slower and still right.
const SHARDS: usize = 16;

/// Upper bounds of the times by which answers are counted, in microseconds.
pub const BOUNDS: [u64; 11] = [
    25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 100_000, 1_000_000,
];
/// A count for each bound, one for answers that took longer, and the sum of all times.
const TIMES: usize = BOUNDS.len() + 2;

/// The counts of one thread, in cache lines of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    codes: [AtomicU64; Code::ALL.len()],
    times: [AtomicU64; TIMES],
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Metrics([Shard; SHARDS]);

/// How long answers took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latency {
    /// For each of [`BOUNDS`] the answers that took no longer, and longer than the bound before; then all slower ones.
    pub spans: [u64; BOUNDS.len() + 1],
    /// All of them together, in microseconds.
    pub sum_micros: u64,
}

impl Metrics {
    /// Counts a decision.
    pub fn decided(&self, code: Code) {
        self.0[own_shard()].codes[code.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an answer to a verifier or gateway by the time that its whole HTTP request took.
    pub fn answered(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let times = &self.0[own_shard()].times;
        times[BOUNDS.partition_point(|&bound| bound < micros)].fetch_add(1, Ordering::Relaxed);
        times[TIMES - 1].fetch_add(micros, Ordering::Relaxed);
    }

    /// Decisions with a code.
    pub fn decisions(&self, code: Code) -> u64 {
        self.sum(|shard| &shard.codes[code.index()])
    }

    /// Decisions with whatever code.
    pub fn decided_in_all(&self) -> u64 {
        let codes = Code::ALL.iter();
        codes.map(|code| self.decisions(*code)).sum()
    }

    /// Answers by the time they took.
    pub fn latency(&self) -> Latency {
        Latency {
            spans: std::array::from_fn(|place| self.sum(|shard| &shard.times[place])),
            sum_micros: self.sum(|shard| &shard.times[TIMES - 1]),
        }
    }

    fn sum(&self, counter: impl Fn(&Shard) -> &AtomicU64) -> u64 {
        let shards = self.0.iter();
        shards
            .map(|shard| counter(shard).load(Ordering::Relaxed))
            .sum()
    }
}

fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<Option<usize>> = const { Cell::new(None) };
    }
    OWN.with(|own| {
        own.get().unwrap_or_else(|| {
            let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
            own.set(Some(shard));
            shard
        })
    })
}
