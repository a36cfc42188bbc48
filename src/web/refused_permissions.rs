//! Puts on record when somebody who is known asks for what they may not do.

use actix_web::{HttpMessage as _, HttpRequest};
use uuid::Uuid;

use super::failure::Failure;
use super::state::State;
use crate::actions::refused_permissions::{self, Asker, Refused};
use crate::db::room::Room;
use crate::domain::Error;
use crate::domain::role::{Actor, Supporter};

/// What the row says when the answer was that there is nothing.
const HIDDEN: &str = "Hidden from this role: answered as if it did not exist.";

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
    if state.room() > Room::Plenty || !state.refusal_limiter.has_room(&by.id(), &refused.route) {
        return;
    }
    let written = state.write(move |conn| refused_permissions::note(conn, &by, &refused));
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
