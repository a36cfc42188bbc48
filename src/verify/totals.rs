//! Answers of this process by code, for the metrics. Kept apart by thread, so that workers never share a cache line.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::code::Code;

/// Threads beyond this number share places; they still count right.
const SHARDS: usize = 16;

/// A line of its own for one thread.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard([AtomicU64; Code::ALL.len()]);

/// Answers by code since the start.
#[derive(Debug, Default)]
pub struct Totals([Shard; SHARDS]);

impl Totals {
    /// Counts one answer.
    pub fn add(&self, code: Code) {
        self.0[own_shard()].0[code.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// Answers with a code.
    pub fn of(&self, code: Code) -> u64 {
        let shards = self.0.iter();
        shards
            .map(|shard| shard.0[code.index()].load(Ordering::Relaxed))
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
