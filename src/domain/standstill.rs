//! Notices that the machine stood still while its clocks did too: a virtual machine that was paused, or put back to a
//! snapshot. The clock of leases knows nothing of that. The time of day is set right afterwards, and so runs away from it.

use std::time::Duration;

use super::boot_clock::BootClock;
use super::time::Clock;

/// How far the two may drift apart between two looks; clocks are set by less all the time.
const DRIFT: Duration = Duration::from_secs(1);

/// The time of day beside the clock of leases.
#[derive(Debug, Default)]
pub struct Standstill {
    /// Microseconds from the start of the machine to the time of day, when it was looked at last.
    apart: Option<i64>,
}

impl Standstill {
    /// By how much the time of day has run ahead of the clock, or behind it, since the last look, when that is more than a
    /// clock drifts. Whoever sets the time of day causes the same.
    pub fn look(&mut self, time_of_day: &Clock, clock: &BootClock) -> Option<Duration> {
        let since_boot = i64::try_from(clock.now().as_micros()).unwrap_or(i64::MAX);
        let apart = time_of_day.now().timestamp_micros() - since_boot;
        let before = self.apart.replace(apart)?;
        let jump = Duration::from_micros(apart.abs_diff(before));
        (jump > DRIFT).then_some(jump)
    }
}
