//! What is taken for a machine that stood still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use keystead::domain::boot_clock::BootClock;
use keystead::domain::standstill::Standstill;
use keystead::domain::time::Clock;

/// A machine whose clocks are moved by hand, and who looks at them ten times a second.
struct Machine {
    since_boot: Arc<AtomicU64>,
    time_of_day: Clock,
    watch: Standstill,
}

impl Machine {
    fn new() -> Self {
        Self {
            since_boot: Arc::default(),
            time_of_day: Clock::fixed(DateTime::UNIX_EPOCH),
            watch: Standstill::default(),
        }
    }

    /// Goes on for a while, during which the time of day gets ahead by so many microseconds a second. Tells how often that
    /// was noticed.
    fn goes_on(&mut self, seconds: u64, ahead: i64) -> usize {
        let micros = Arc::clone(&self.since_boot);
        let clock =
            BootClock::simulated(move || Duration::from_micros(micros.load(Ordering::SeqCst)));
        let look = |_| {
            self.since_boot.fetch_add(100_000, Ordering::SeqCst);
            let passed = TimeDelta::microseconds(100_000 + ahead / 10);
            self.time_of_day.advance(passed);
            self.watch.look(&self.time_of_day, &clock).is_some()
        };
        (0..seconds * 10)
            .map(look)
            .filter(|noticed| *noticed)
            .count()
    }

    /// Stands still, and is set right.
    fn stands_still(&self, millis: i64) {
        self.time_of_day.advance(TimeDelta::milliseconds(millis));
    }
}

#[test]
fn a_machine_that_goes_on_is_left_alone_also_while_its_time_is_set_right_bit_by_bit() {
    let mut machine = Machine::new();
    for ahead in [0, 500, -500, 0] {
        assert_eq!(machine.goes_on(3_600, ahead), 0, "{ahead}");
    }
}

#[test]
fn one_long_stop_is_noticed_once_and_short_ones_add_up() {
    let mut machine = Machine::new();
    machine.goes_on(60, 0);
    for long in [110, 2_000, -3_600_000] {
        machine.stands_still(long);
        assert_eq!(machine.goes_on(5, 0), 1, "{long}");
    }
    let mut noticed = 0;
    for _ in 0..5 {
        machine.stands_still(30);
        noticed += machine.goes_on(1, 0);
    }
    assert_eq!(noticed, 1);
}
