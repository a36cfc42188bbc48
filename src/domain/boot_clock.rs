//! The clock by which leases run: it never stands still or goes back, whatever is done to the time of day.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A clock that counts from the start of the machine, also while it sleeps.
#[derive(Clone, Default)]
pub struct BootClock(Option<Arc<dyn Fn() -> Duration + Send + Sync>>);

impl BootClock {
    /// A clock of one's own, for simulations.
    pub fn simulated(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Time since the machine started.
    pub fn now(&self) -> Duration {
        match &self.0 {
            None => since_boot(),
            Some(now) => now(),
        }
    }
}

impl fmt::Debug for BootClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BootClock").field(&self.now()).finish()
    }
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

/// Other systems have no such clock: a lease there may outlast a sleep of the machine.
#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
