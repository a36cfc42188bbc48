//! Patience with strangers: who presents tokens that nobody was given may do so some times at once, then slowly.
//! Genuine keys are never counted.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::actions::sign_in::Place;
use crate::domain::time::Clock;
use crate::domain::{Error, Result};

/// Counters in all, whatever number of addresses comes: now and then two strangers share one.
const SLOTS: usize = 4_096;
/// Unknown tokens at once, and the time in which one more is earned.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const EVERY: Duration = Duration::from_secs(6);

type Slot = RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>;

/// Counts unknown tokens by place.
#[derive(Debug)]
pub struct UnknownTokens {
    slots: Vec<Slot>,
    hasher: RandomState,
}

impl UnknownTokens {
    /// Nobody has come yet.
    pub fn new(clock: &Clock) -> Self {
        let quota = Quota::with_period(EVERY).unwrap_or(Quota::per_minute(AT_ONCE));
        let slot = || RateLimiter::direct_with_clock(quota.allow_burst(AT_ONCE), clock.clone());
        Self {
            slots: std::iter::repeat_with(slot).take(SLOTS).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Counts an unknown token.
    ///
    /// # Errors
    /// `Throttled` with the seconds to wait.
    pub fn count(&self, place: Place) -> Result<()> {
        let hash = self.hasher.hash_one(place.subject());
        let slot = usize::try_from(hash).unwrap_or_default() % SLOTS;
        let Some(limiter) = self.slots.get(slot) else {
            return Ok(());
        };
        limiter.check().map_err(|refused| {
            let wait = refused.wait_time_from(limiter.clock().elapsed());
            Error::Throttled(wait.as_secs() + 1)
        })
    }
}
