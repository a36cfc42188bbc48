//! Changes that wait for other servers: whoever looks meanwhile can be told whom they wait for.

use std::time::Duration;

/// Those that wait now; they are few.
#[derive(Debug, Default)]
pub(super) struct Waits {
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

impl Waits {
    /// One more, with the ids of what it was made to and when it is over in any case; gives its number.
    pub(super) fn begin(&mut self, about: Vec<String>, ends: Duration) -> u64 {
        self.last += 1;
        self.running.push(Running {
            number: self.last,
            about,
            missing: Vec::new(),
            ends,
        });
        self.last
    }

    /// Names whom one waits for, and when it is over in any case.
    pub(super) fn put(&mut self, number: u64, missing: Vec<String>, ends: Duration) {
        let mut running = self.running.iter_mut();
        if let Some(one) = running.find(|one| one.number == number) {
            one.missing = missing;
            one.ends = ends;
        }
    }

    /// One less.
    pub(super) fn end(&mut self, number: u64) {
        self.running.retain(|one| one.number != number);
    }

    /// True when none waits.
    pub(super) fn are_over(&self) -> bool {
        self.running.is_empty()
    }

    /// How the newest stands that was made to this.
    pub(super) fn of(&self, object: &str) -> Option<(&[String], Duration)> {
        let mut newest = self.running.iter().rev();
        let one = newest.find(|one| one.about.iter().any(|about| about == object))?;
        Some((&one.missing, one.ends))
    }
}
