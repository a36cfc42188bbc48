//! Changes that wait for other servers: whoever looks meanwhile can be told whom they wait for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Those that wait now; they are few.
#[derive(Debug, Clone, Default)]
pub(super) struct Waits(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    last: u64,
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    number: u64,
    /// Ids of what the change was made to.
    about: Vec<String>,
    missing: Vec<String>,
    ends: Duration,
}

/// One that waits, until it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    waits: Waits,
    number: u64,
}

impl Waits {
    /// One more, with the ids of what it was made to and when it is over in any case.
    pub(super) fn begin(&self, about: Vec<String>, ends: Duration) -> Entry {
        let mut list = self.list();
        list.last += 1;
        let number = list.last;
        list.running.push(Running {
            number,
            about,
            missing: Vec::new(),
            ends,
        });
        Entry {
            waits: self.clone(),
            number,
        }
    }

    /// True when none waits.
    pub(super) fn are_over(&self) -> bool {
        self.list().running.is_empty()
    }

    /// Whom the newest waits for that was made to this, and when it is over in any case.
    pub(super) fn of(&self, object: &str) -> Option<(Vec<String>, Duration)> {
        let list = self.list();
        let mut newest = list.running.iter().rev();
        let one = newest.find(|one| one.about.iter().any(|about| about == object))?;
        Some((one.missing.clone(), one.ends))
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Names whom it waits for, and when it is over in any case.
    pub(super) fn put(&self, missing: Vec<String>, ends: Duration) {
        let mut list = self.waits.list();
        let mut running = list.running.iter_mut();
        if let Some(one) = running.find(|one| one.number == self.number) {
            one.missing = missing;
            one.ends = ends;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.waits
            .list()
            .running
            .retain(|one| one.number != self.number);
    }
}
