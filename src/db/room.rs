//! How much room the disk has left for the database, and what is still written when there is little.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::Error;

/// What there is room for. What matters most is written last of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// For everything.
    Plenty,
    /// For changes. What only notes something waits, or is left out.
    Low,
    /// For what stops a key, a person or a credential.
    Last,
}

/// Of the mark, the part that is kept for [`Room::Last`].
const LAST_PART: u64 = 4;
/// For this long a look at the disk is good.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// For this long after a write found no room there is none. Nobody can ask for the disk of a PostgreSQL server, so this is
/// all that is known of it.
const FULL_FOR: Duration = Duration::from_secs(30);

/// The disk with the database, or with the data directory when the database is a server.
#[derive(Debug)]
pub struct Disk {
    place: PathBuf,
    mark: u64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    free: Option<(Instant, Option<u64>)>,
    was_full: Option<Instant>,
}

impl Disk {
    /// The disk that `place` is on. Below `mark` bytes there is little room; with 0 that is never so.
    pub fn new(place: PathBuf, mark: u64) -> Self {
        Self {
            place,
            mark,
            seen: Mutex::default(),
        }
    }

    /// Bytes that are free, unless the system does not tell.
    pub fn free(&self) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.free {
            Some((at, free)) if at.elapsed() < GOOD_FOR => free,
            _ => {
                let found = rustix::fs::statvfs(&self.place).ok();
                let free = found.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
                seen.free = Some((Instant::now(), free));
                free
            }
        }
    }

    /// What there is room for now.
    pub fn room(&self) -> Room {
        if self.mark == 0 {
            return Room::Plenty;
        }
        let free = self.free();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.was_full.is_some_and(|at| at.elapsed() < FULL_FOR) {
            return Room::Last;
        }
        match free {
            Some(free) if free < self.mark / LAST_PART => Room::Last,
            Some(free) if free < self.mark => Room::Low,
            _ => Room::Plenty,
        }
    }

    /// Looks at why a write failed.
    pub(super) fn note_failure(&self, error: &Error) {
        let (Error::Unavailable(text) | Error::OutcomeUnknown(text)) = error else {
            return;
        };
        if super::errors::is_full(text) {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.was_full = Some(Instant::now());
        }
    }
}
