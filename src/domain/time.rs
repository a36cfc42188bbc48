//! Time: UTC to the microsecond, and the one clock that reads it.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::boot_clock::BootClock;

/// An instant in UTC with microseconds, the precision that both databases keep.
pub type Timestamp = DateTime<Utc>;

/// Days before its expiry during which a key counts as expiring soon.
pub const EXPIRING_SOON_DAYS: i64 = 14;

/// Where the present comes from: the system, or a fixed instant that a test moves.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// That of the database which several servers share, in microseconds from the start of this machine. However the clocks
    /// of their machines are set, all see one time.
    Shared(Arc<AtomicI64>),
    /// Microseconds since 1970, set by hand.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// The same clock, to be set by a database, unless it is fixed.
    pub fn shared(&self) -> Self {
        match self {
            Self::System => Self::Shared(Arc::default()),
            other => other.clone(),
        }
    }

    /// Sets a shared clock: this was the time of the database when so long had passed since the start of this machine.
    pub fn follow(&self, now: Timestamp, since_boot: Duration) {
        if let Self::Shared(offset) = self {
            offset.store(
                now.timestamp_micros() - micros(since_boot),
                Ordering::SeqCst,
            );
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Shared(offset) => {
                let passed = micros(BootClock::default().now());
                from_micros(offset.load(Ordering::SeqCst) + passed)
            }
            Self::Fixed(micros) => from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// The instant of a moment that just was. The time of day is looked at only ten times a second, and counted on in
    /// between: that is faster, and a clock that is set is still followed at once.
    pub fn at(&self, moment: Instant) -> Timestamp {
        const KNOWN_FOR: Duration = Duration::from_millis(100);
        thread_local! {
            static KNOWN: Cell<Option<(Instant, Timestamp)>> = const { Cell::new(None) };
        }
        if matches!(self, Self::Fixed(_)) {
            return self.now();
        }
        let passed = |(known, at)| Some((moment.checked_duration_since(known)?, at));
        match KNOWN.get().and_then(passed) {
            Some((passed, at)) if passed < KNOWN_FOR => {
                from_micros(at.timestamp_micros() + micros(passed))
            }
            _ => {
                let now = self.now();
                KNOWN.set(Some((moment, now)));
                now
            }
        }
    }

    /// Time since some moment in the past, for measuring spans: setting the system's clock does not move it.
    pub fn elapsed(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Self::System | Self::Shared(_) => START.elapsed(),
            Self::Fixed(micros) => {
                Duration::from_micros(micros.load(Ordering::SeqCst).unsigned_abs())
            }
        }
    }

    /// Moves a fixed clock forward; others stay as they are.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Fixed(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or_default()
}

/// An instant from microseconds since 1970; out-of-range values become 1970.
pub fn from_micros(micros: i64) -> Timestamp {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// RFC 3339 with `Z`, as the REST API writes it.
pub fn rfc3339(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()
}

/// "2 min ago", "in 6 days": words for reading; the exact instant stands beside it.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = (at - now).num_seconds();
    let (amount, unit) = match seconds.abs() {
        s if s < 45 => {
            return if seconds > 0 {
                "in a moment".into()
            } else {
                "just now".into()
            };
        }
        s if s < 3_600 => ((s / 60).max(1), "min"),
        s if s < 86_400 => (s / 3_600, "h"),
        s if s < 60 * 86_400 => (s / 86_400, "day"),
        s if s < 700 * 86_400 => (s / (30 * 86_400), "month"),
        s => (s / (365 * 86_400), "year"),
    };
    let plural = if amount == 1 || unit.len() <= 3 && unit != "day" {
        ""
    } else {
        "s"
    };
    if seconds > 0 {
        format!("in {amount} {unit}{plural}")
    } else {
        format!("{amount} {unit}{plural} ago")
    }
}

/// "26 Nov 2026", in UTC.
pub fn day(at: Timestamp) -> String {
    at.format("%-d %b %Y").to_string()
}
