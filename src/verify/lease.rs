//! The lease: until when this server may answer without hearing from the database that all servers share. A revocation is
//! answered when each server has applied it, or its lease has run out.
//!
//! Whoever answers looks at the lease first, at the key next, and at the clock last. In another order a thread that stands
//! still in between could answer from what it had read before, under a lease that came later.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::boot_clock::BootClock;

/// Ends never: of a server that has its database to itself.
const FOR_EVER: u64 = u64::MAX;

/// Until when this server may answer.
#[derive(Debug)]
pub struct Lease {
    /// Nanoseconds of the clock.
    until: AtomicU64,
    clock: BootClock,
}

/// The end of a lease, as it was when somebody began to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(u64);

impl Lease {
    /// One that ends never.
    pub fn for_ever() -> Self {
        Self {
            until: AtomicU64::new(FOR_EVER),
            clock: BootClock::default(),
        }
    }

    /// One that ended already, and waits to be extended.
    pub fn ended(clock: BootClock) -> Self {
        Self {
            until: AtomicU64::new(0),
            clock,
        }
    }

    /// Its end. Everything that was applied before it was extended so far is seen by whoever looks after this.
    pub fn until(&self) -> Until {
        Until(self.until.load(Ordering::SeqCst))
    }

    /// True before this instant. The clock is read anew each time, and after everything that the answer rests on.
    pub fn is_before(&self, Until(until): Until) -> bool {
        until == FOR_EVER || nanos(self.clock.now()) < until
    }

    /// True while the server may not answer: it has no lease, or it has run out.
    pub fn has_ended(&self) -> bool {
        !self.is_before(self.until())
    }

    /// Lets the server answer until this time of its clock. Call it when every change is applied that was committed
    /// before the beginning of the lease.
    pub fn extend(&self, until: Duration) {
        self.until.fetch_max(nanos(until), Ordering::SeqCst);
    }

    /// Ends it now.
    pub fn end(&self) {
        self.until.store(0, Ordering::SeqCst);
    }

    /// What is left of it; `None` when it ends never.
    pub fn left(&self) -> Option<Duration> {
        let Until(until) = self.until();
        let left = || Duration::from_nanos(until.saturating_sub(nanos(self.clock.now())));
        (until != FOR_EVER).then(left)
    }

    /// The clock by which it runs.
    pub fn clock(&self) -> &BootClock {
        &self.clock
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(FOR_EVER - 1)
}
