//! How many refused permissions are put on record.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::domain::time::Clock;

/// Rows at once for the same route, and the time in which one more is earned: whoever hammers fills no disk.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const EVERY: Duration = Duration::from_mins(1);
/// Pairs of person and route that are remembered before those are forgotten that have earned all again.
const REMEMBERED: usize = 10_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, Clock, NoOpMiddleware<Duration>>;

/// Which refusals get a row.
#[derive(Debug)]
pub struct RefusalLimiter(Limiter);

impl RefusalLimiter {
    /// Nobody was refused yet.
    pub fn new(clock: &Clock) -> Self {
        let quota = Quota::with_period(EVERY).unwrap_or(Quota::per_minute(AT_ONCE));
        let store = HashMapStateStore::default();
        Self(RateLimiter::new(
            quota.allow_burst(AT_ONCE),
            store,
            clock.clone(),
        ))
    }

    /// Counts a refusal of this person or key on this route; true when it gets a row.
    pub fn has_room(&self, who: &str, route: &str) -> bool {
        if self.0.len() >= REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&format!("{who} {route}")).is_ok()
    }
}
