//! How many questions a second this server answers.

use std::time::{Duration, Instant};

/// For so long they are counted before their number is told.
const SPAN: Duration = Duration::from_secs(1);

/// How many there were in the last span.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the span began, and how many there had been by then.
    since: Option<(Instant, u64)>,
    per_second: u64,
}

impl Pace {
    /// Takes over how many there were so far, when a span is over.
    pub(super) fn look(&mut self, count: impl FnOnce() -> u64) {
        let now = Instant::now();
        let Some((begun, before)) = self.since else {
            self.since = Some((now, count()));
            return;
        };
        let took = now.duration_since(begun);
        if took < SPAN {
            return;
        }
        let count = count();
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        // Rounded up: who is asked at all is not idle.
        self.per_second = (count.saturating_sub(before) * 1000).div_ceil(millis);
        self.since = Some((now, count));
    }

    /// What it came to.
    pub(super) fn per_second(&self) -> i64 {
        i64::try_from(self.per_second).unwrap_or(i64::MAX)
    }
}
