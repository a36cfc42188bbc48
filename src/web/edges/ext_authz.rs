//! `/ext-authz/SCOPE/…`: forward-auth for Envoy, which can only put a prefix before the path it was asked for.

use actix_web::{HttpRequest, HttpResponse};

use super::forward_auth::answer;
use crate::domain::Error;
use crate::domain::forwarded::{read_method, read_path};
use crate::domain::scope::is_scope;
use crate::web::client::{self, Incoming};
use crate::web::presented::presented;
use crate::web::questions::EXT_AUTHZ;
use crate::web::refused::Refused;

/// Stands in the place of the scope when the route needs none.
const NO_SCOPE: &str = "any";

/// Answers as [`super::forward_auth::show`] does.
pub async fn show(request: HttpRequest) -> HttpResponse {
    // Not what the router found: it decodes the path, and a client's %2F must not move the scope's end.
    let path = request.uri().path();
    let rest = path.strip_prefix(EXT_AUTHZ).unwrap_or_default();
    let (scope, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scope = (scope != NO_SCOPE).then_some(scope);
    let incoming = match Incoming::of(&request) {
        Ok(incoming) => incoming,
        Err(error) => return Refused::from(error).respond(client::id(&request)),
    };
    if scope.is_some_and(|scope| !is_scope(scope)) {
        let text = "Write /ext-authz/resource:action or /ext-authz/any.";
        return Refused::from(Error::BadRequest(text.into())).respond(incoming.id);
    }
    let asked = if incoming.peer_is_trusted() {
        let method = read_method(request.method().as_str().as_bytes());
        let path = read_path(path.as_bytes());
        incoming.facts(method.unwrap_or_default(), path.unwrap_or_default())
    } else {
        incoming.facts("", "")
    };
    let presented = presented(incoming.head, incoming.state.index());
    answer(&incoming, presented, scope, asked)
}
