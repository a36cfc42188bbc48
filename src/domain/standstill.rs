//! Notices that the machine stood still while its clocks did too: a virtual machine that was paused, or put back to a
//! snapshot. The clock of leases knows nothing of that. The time of day is set right afterwards, and so runs away from it.

use std::time::Duration;

use super::boot_clock::BootClock;
use super::time::Clock;

/// How far the time of day may run away: what a lease is allowed to be too long.
const MOST: Duration = Duration::from_millis(100);
/// A clock that is set right bit by bit goes faster or slower by less than one part in so many.
const SLEWING: u32 = 1_000;
/// A look that took longer tells nothing: whoever looked was kept waiting in the middle of it.
const LOOK: Duration = Duration::from_millis(10);

/// The time of day beside the clock of leases.
#[derive(Debug, Default)]
pub struct Standstill {
    base: Option<Base>,
}

#[derive(Debug, Clone, Copy)]
struct Base {
    /// Microseconds from the start of the machine to the time of day.
    apart: i64,
    /// When it was looked at, by the clock of leases.
    at: Duration,
}

impl Standstill {
    /// By how much the time of day has run ahead of the clock, or behind it, when that is more than a clock is set right by
    /// bit by bit. Several short stops add up. Whoever sets the time of day causes the same.
    pub fn look(&mut self, time_of_day: &Clock, clock: &BootClock) -> Option<Duration> {
        let at = clock.now();
        let since_epoch = time_of_day.now().timestamp_micros();
        if self.base.is_some() && clock.now().saturating_sub(at) > LOOK {
            return None;
        }
        let apart = since_epoch - i64::try_from(at.as_micros()).unwrap_or(i64::MAX);
        let now = Base { apart, at };
        let base = *self.base.get_or_insert(now);
        let away = Duration::from_micros(apart.abs_diff(base.apart));
        let slewed = at.saturating_sub(base.at) / SLEWING;
        if away > MOST || away <= slewed {
            self.base = Some(now);
        }
        (away > MOST).then_some(away)
    }
}
