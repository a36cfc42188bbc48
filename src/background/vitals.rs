//! Whether the threads live that must, and how often a job panicked and went on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of the threads.
#[derive(Debug, Default)]
pub struct Vitals {
    panics: AtomicU64,
    dead: Mutex<Vec<&'static str>>,
}

impl Vitals {
    /// Counts a panic after which the work goes on.
    pub fn note_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// Panics so far after which the work went on.
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    /// What a thread holds that must live: when a panic ends it, it is known to be dead.
    pub fn pulse(self: &Arc<Self>, name: &'static str) -> Pulse {
        Pulse {
            vitals: Arc::clone(self),
            name,
        }
    }

    /// A thread that must live and is dead.
    pub fn dead(&self) -> Option<&'static str> {
        let dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
        dead.first().copied()
    }
}

/// The sign of life of a thread.
#[derive(Debug)]
pub struct Pulse {
    vitals: Arc<Vitals>,
    name: &'static str,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut dead = self
                .vitals
                .dead
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            dead.push(self.name);
        }
    }
}
