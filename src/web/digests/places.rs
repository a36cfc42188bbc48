//! Who may wait for a digest: anybody while there is room, and known browsers also when there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for known browsers alone.
const KNOWN: usize = 8;
/// How many of them one account may have at once.
const FOR_ACCOUNT: usize = 2;

/// A place among those whose digest is worked on or waits for it, until this is dropped.
pub struct Place(Kind);

enum Kind {
    Anybody { _permit: OwnedSemaphorePermit },
    Known { places: Arc<Known>, number: usize },
}

/// Which accounts have the places for known browsers; 0 where there is none. Without a lock, since a thread that gives way
/// to all others might hold it.
type Known = [AtomicU64; KNOWN];

/// The places there are.
#[derive(Debug)]
pub struct Places {
    anybody: Arc<Semaphore>,
    known: Arc<Known>,
}

impl Places {
    /// With so many for anybody.
    pub fn new(anybody: usize) -> Self {
        Self {
            anybody: Arc::new(Semaphore::new(anybody)),
            known: Arc::default(),
        }
    }

    /// A place; `known` stands for the account to which the browser is known.
    pub fn take(&self, known: Option<u64>) -> Option<Place> {
        let known = known.and_then(|account| self.take_known(account.max(1)));
        known.or_else(|| {
            let permit = Arc::clone(&self.anybody).try_acquire_owned().ok()?;
            Some(Place(Kind::Anybody { _permit: permit }))
        })
    }

    fn take_known(&self, account: u64) -> Option<Place> {
        let has = |place: &&AtomicU64| place.load(Ordering::Relaxed) == account;
        if self.known.iter().filter(has).count() >= FOR_ACCOUNT {
            return None;
        }
        let take = |place: &AtomicU64| {
            let taken = place.compare_exchange(0, account, Ordering::Relaxed, Ordering::Relaxed);
            taken.is_ok()
        };
        let number = self.known.iter().position(take)?;
        let places = Arc::clone(&self.known);
        Some(Place(Kind::Known { places, number }))
    }
}

impl Place {
    /// True for a known browser, whose turn comes before all others.
    pub fn is_known(&self) -> bool {
        matches!(self.0, Kind::Known { .. })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Kind::Known { places, number } = &self.0 {
            places[*number].store(0, Ordering::Relaxed);
        }
    }
}
