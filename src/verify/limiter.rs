//! The rate limit of one key. All threads of a server share it without a lock; of several servers each gives its part.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter, clock};

use super::prefetch::prefetch;
use crate::domain::rate_limit::RateLimit;
use crate::domain::time::Clock;

impl clock::Clock for Clock {
    type Instant = Duration;

    /// The time since the start, not the time of day: setting the system's clock back must not lock anybody out.
    fn now(&self) -> Duration {
        self.elapsed()
    }
}

/// Counts the requests with one key against its limit.
#[derive(Debug)]
pub struct Limiter {
    limit: RateLimit,
    state: RateLimiter<NotKeyed, InMemoryState, Clock, StateInformationMiddleware>,
}

/// What a limit has left after a request was counted against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The limit.
    pub limit: RateLimit,
    /// Requests that would be allowed right now.
    pub remaining: u32,
    /// Seconds, rounded up: until the whole burst is there again, or the next request is allowed when this one was not.
    pub reset: u64,
    /// Seconds, rounded up, until the next request is allowed; `None` when this one was.
    pub retry_after: Option<u64>,
}

impl Allowance {
    /// Seconds, rounded up, in which the whole burst is earned.
    pub fn window(self) -> u64 {
        whole_seconds(interval(self.limit) * self.limit.burst())
    }
}

impl Limiter {
    /// A limiter of which nothing is used up yet.
    pub fn new(limit: RateLimit, clock: &Clock) -> Self {
        let quota = Quota::with_period(interval(limit)).unwrap_or(Quota::per_second(MIN));
        let burst = NonZeroU32::new(limit.burst()).unwrap_or(MIN);
        let state = RateLimiter::direct_with_clock(quota.allow_burst(burst), clock.clone());
        Self {
            limit,
            state: state.with_middleware(),
        }
    }

    /// Its limit.
    pub fn limit(&self) -> RateLimit {
        self.limit
    }

    /// Tells the processor to fetch the memory of this limiter.
    pub fn bring_near(&self) {
        prefetch(&self.limit);
        prefetch(&self.state);
    }

    /// Counts one request, or refuses it. A refused request counts for nothing, so waiting always helps. Among several
    /// servers each request counts for one on each: together they give what one alone would. A limit of fewer requests
    /// than there are servers gives one on each.
    pub fn take(&self, servers: NonZeroU32) -> Allowance {
        let limit = self.limit;
        let each = servers.min(NonZeroU32::new(limit.burst()).unwrap_or(MIN));
        let (remaining, wait) = match self.state.check_n(each) {
            Ok(Ok(after)) => (after.remaining_burst_capacity() / each, None),
            Ok(Err(refused)) => (
                0,
                Some(refused.wait_time_from(self.state.clock().elapsed())),
            ),
            // No request counts for more than a burst.
            Err(_) => (0, Some(interval(limit))),
        };
        // Time may have passed since the refusal, but "0 seconds" would read as "never refused".
        let retry_after = wait.map(|wait| whole_seconds(wait).max(1));
        let missing = limit.burst() - remaining;
        Allowance {
            limit,
            remaining,
            reset: retry_after.unwrap_or_else(|| whole_seconds(interval(limit) * missing)),
            retry_after,
        }
    }
}

const MIN: NonZeroU32 = NonZeroU32::MIN;

/// The time after which one more request is allowed.
fn interval(limit: RateLimit) -> Duration {
    Duration::from_secs(limit.per().seconds().into()) / limit.requests()
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
