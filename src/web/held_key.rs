//! The key that somebody has in hand and says so: to revoke it, or because it leaked. They need no other right.

use actix_web::HttpRequest;

use super::client::{self, Incoming};
use super::decide::holder;
use super::state::State;
use crate::domain::role::Actor;
use crate::domain::{Error, Result, key_text};

/// The key itself, and whether this secret of it still works; `None` for a text that no key has, which is counted against
/// the place that it came from.
///
/// # Errors
/// `Unavailable` while this server can't be certain; `Throttled` after too many texts that no key has.
pub fn find(token: &str, request: &HttpRequest, state: &State) -> Result<Option<(Actor, bool)>> {
    let uncertain = || Error::Unavailable("the index is not certain".into());
    let certainty = state.index().certainty().ok_or_else(uncertain)?;
    let held = holder_of(token, &Incoming::of(request)?);
    if held.is_some() {
        return Ok(held);
    }
    if state.index().lacks_pepper() {
        return Err(Error::Unavailable("a pepper is missing here".into()));
    }
    // It may be about to be loaded anew.
    if !state.index().still(certainty) {
        return Err(uncertain());
    }
    state.unknown_tokens.count(client::place(request))?;
    Ok(None)
}

fn holder_of(token: &str, incoming: &Incoming<'_>) -> Option<(Actor, bool)> {
    if !key_text::is_well_formed(token) {
        return None;
    }
    let index = incoming.state.index();
    let lookup = index.seek(token);
    let (held, _) = index.find(&lookup)?;
    let entry = held.get()?;
    let works = !entry.revoked && !entry.has_ended(incoming.now);
    let secret = lookup.digests(&index.peppers());
    let grants = entry.group.grants();
    Some((holder((entry, &grants), secret, incoming), works))
}
