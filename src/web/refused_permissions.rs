//! Puts on record when somebody who is known asks for what they may not do.

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;
use uuid::Uuid;

use super::failure::Failure;
use super::state::State;
use crate::actions::refused_permissions::{self, Asker, Refused};
use crate::domain::Error;
use crate::domain::role::{Actor, Supporter};
use crate::domain::time::Clock;

/// Rows at once for the same route, and the time in which one more is earned: whoever hammers fills no disk.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const EVERY: Duration = Duration::from_mins(1);
/// Pairs of person and route that are remembered before those are forgotten that have earned all again.
const REMEMBERED: usize = 10_000;
/// What the row says when the answer was that there is nothing.
const HIDDEN: &str = "Hidden from this role: answered as if it did not exist.";

type Limiter = RateLimiter<String, HashMapStateStore<String>, Clock, NoOpMiddleware<Duration>>;

/// Which refusals get a row.
#[derive(Debug)]
pub struct RefusedPermissions(Limiter);

impl RefusedPermissions {
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

    fn has_room(&self, who: &str, route: &str) -> bool {
        if self.0.len() >= REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&format!("{who} {route}")).is_ok()
    }
}

/// Keeps beside the request who asks, for the row if they are refused.
pub fn asks(request: &HttpRequest, by: &Actor) {
    let asker = Asker::InTenant(Box::new(by.clone()));
    request.extensions_mut().insert(asker);
}

/// As [`asks`], for support staff.
pub fn support_asks(request: &HttpRequest, by: &Supporter) {
    let asker = Asker::Support(Box::new(by.clone()));
    request.extensions_mut().insert(asker);
}

/// Writes the row, if this failure is a refused permission of somebody known. A row that can't be written is told in the
/// log: the answer stays a refusal.
pub async fn note(request: &HttpRequest, failure: Option<&Failure>) {
    let said = match failure.map(|failure| &failure.0) {
        Some(Error::Forbidden(said)) => said,
        Some(Error::Hidden) => HIDDEN,
        _ => return,
    };
    let asker = request.extensions().get::<Asker>().cloned();
    let (Some(by), Ok(state)) = (asker, State::of(request)) else {
        return;
    };
    let pattern = request.match_pattern().unwrap_or_default();
    let refused = Refused {
        route: format!("{} {pattern}", request.method()),
        object: object(request),
        said: said.to_owned(),
    };
    if !state.refused_permissions.has_room(&by.id(), &refused.route) {
        return;
    }
    let written = state.change(move |conn| refused_permissions::note(conn, &by, &refused));
    if let Err(cause) = written.await {
        tracing::error!(%cause, "a refused permission is not in the audit log");
    }
}

/// The id in the path. Other words in its place may be anything, so they are left out.
fn object(request: &HttpRequest) -> String {
    let mut parts = request.match_info().iter().map(|(_, part)| part);
    parts
        .find(|part| Uuid::try_parse(part).is_ok())
        .unwrap_or_default()
        .to_owned()
}
