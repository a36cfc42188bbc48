//! The connections of clients, as the metrics tell of them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Why the server ends or refuses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nobody used it.
    Unused,
    /// What was answered on it was not read.
    Unread,
    /// It was the least used one when a new one needed its place.
    GaveWay,
    /// There was no place for it.
    NoPlace,
    /// Its address has too many.
    Address,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unused,
        Self::Unread,
        Self::GaveWay,
        Self::NoPlace,
        Self::Address,
    ];

    /// Its name in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Unread => "unread",
            Self::GaveWay => "gave_way",
            Self::NoPlace => "no_place",
            Self::Address => "address",
        }
    }
}

/// Counted when connections begin and end, never with a request.
#[derive(Debug, Default)]
pub struct ConnectionCounts {
    open: AtomicUsize,
    most: AtomicUsize,
    ended: [AtomicU64; Cause::ALL.len()],
}

impl ConnectionCounts {
    /// Sets how many there may be.
    pub fn allow(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// How many there may be.
    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Open ones.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Counts a new one.
    pub fn add(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one that is closed, or about to be.
    pub fn remove(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts one that the server ended.
    pub fn note_end(&self, cause: Cause) {
        self.ended[cause as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Those that the server ended for this reason.
    pub fn ended(&self, cause: Cause) -> u64 {
        self.ended[cause as usize].load(Ordering::Relaxed)
    }
}
