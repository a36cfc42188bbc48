//! `/forward-auth`: a gateway passes the client's headers on and asks whether to let the request through.

use std::borrow::Cow;

use actix_web::dev::RequestHead;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::domain::key::expiry_warning;
use crate::domain::request_id::RequestId;
use crate::domain::scope::is_scope;
use crate::domain::{Error, Result};
use crate::verify::{Facts, KeyLookup};
use crate::web::client::{self, Incoming};
use crate::web::decide::decide;
use crate::web::presented::presented;
use crate::web::problem::{Problem, problem, with_document_in_header};
use crate::web::rate_limit;
use crate::web::refused::Refused;

/// Answer a gateway
///
/// Answers 200 with an empty body and the identity in `X-Keystead-*` headers. A gateway must treat everything but 2xx
/// as a refusal and must not cache the answer.
#[utoipa::path(
    get,
    path = "/forward-auth",
    operation_id = "forwardAuth",
    tag = "Verification",
    params(("scope" = Option<String>, Query, description = "Scope that the route needs, as resource:action")),
    responses(
        (
            status = 200,
            description = "Let it through; who it is stands in X-Keystead-Key-Id, X-Keystead-Key-Name, X-Keystead-Tenant-Id, \
                X-Keystead-Scopes and X-Keystead-Request-Id. A key of a project adds X-Keystead-Project-Id, a key with a \
                rate limit RateLimit and RateLimit-Policy, a key that expires soon X-Keystead-Warning",
        ),
        (
            status = 400,
            description = "Several credentials, or a header of the client's that begins with X-Keystead-. X-Keystead-Problem \
                holds the document too, here and in every other refusal, for gateways that drop the body of one",
            body = Problem,
        ),
        (status = 403, description = "The key lacks the scope", body = Problem),
        (status = 503, description = "This node can't be sure now: deny", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(request: HttpRequest) -> HttpResponse {
    match Incoming::of(&request) {
        Ok(incoming) => respond(&incoming, presented(incoming.head, incoming.state.index())),
        Err(error) => Refused::from(error).respond(client::id(&request)),
    }
}

/// The answer to a gateway that names the scope in its query.
pub fn respond(incoming: &Incoming<'_>, presented: Result<Option<KeyLookup<'_>>>) -> HttpResponse {
    // What is wrong with the credentials is said first: one of them may stand in the query.
    let wanted = match presented {
        Err(_) => Ok(None),
        Ok(_) => refuse_claims(incoming.head).and_then(|()| wanted_scope(incoming.head)),
    };
    with_document_in_header(match wanted {
        Ok(scope) => answer(incoming, presented, scope.as_deref(), incoming.asked()),
        Err(error) => Refused::from(error).respond(incoming.id),
    })
}

/// The answer to a gateway about a request with these facts.
pub fn answer(
    incoming: &Incoming<'_>,
    presented: Result<Option<KeyLookup<'_>>>,
    scope: Option<&str>,
    asked: Facts<'_>,
) -> HttpResponse {
    // Begun before it is decided, while memory is on its way.
    let mut response = HttpResponse::new(StatusCode::OK);
    let headers = response.headers_mut();
    // All at once, with those that every answer carries: the table never grows.
    headers.reserve(13);
    set(headers, REQUEST_ID, incoming.id.digits().as_bytes());
    let decided = match decide(incoming, presented, scope, asked) {
        Ok(decided) if decided.has_scope() => decided,
        Ok(_) => return lacks_scope(incoming.id, scope.unwrap_or_default()),
        Err(refused) => return refused.respond(incoming.id),
    };
    let Some((entry, grants)) = decided.key() else {
        return Refused::Invalid(false).respond(incoming.id);
    };
    for (name, text) in decided.allowance().into_iter().flat_map(rate_limit::fields) {
        set(headers, name, text.as_bytes());
    }
    set(headers, KEY_ID, entry.key_id.text().as_bytes());
    set(headers, KEY_NAME, ascii(&entry.name).as_bytes());
    set(headers, TENANT_ID, entry.tenant_id().text().as_bytes());
    if let Some(project) = entry.group.project_id {
        set(headers, PROJECT_ID, project.text().as_bytes());
    }
    set(headers, SCOPES, grants.scopes.text().as_bytes());
    if let Some(warning) = expiry_warning(entry.expires_at(), incoming.now) {
        set(headers, WARNING, warning.as_bytes());
    }
    response
}

const KEY_ID: HeaderName = HeaderName::from_static("x-keystead-key-id");
const KEY_NAME: HeaderName = HeaderName::from_static("x-keystead-key-name");
const TENANT_ID: HeaderName = HeaderName::from_static("x-keystead-tenant-id");
const PROJECT_ID: HeaderName = HeaderName::from_static("x-keystead-project-id");
const SCOPES: HeaderName = HeaderName::from_static("x-keystead-scopes");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-keystead-request-id");
const WARNING: HeaderName = HeaderName::from_static("x-keystead-warning");

fn set(headers: &mut HeaderMap, name: HeaderName, text: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(text) {
        headers.insert(name, value);
    }
}

/// nginx can't remove headers by pattern: a name that its file does not know would reach the API as the client wrote it,
/// also one that a later Keystead gives a meaning. The other gateways remove them all, so none of their questions has any.
fn refuse_claims(head: &RequestHead) -> Result<()> {
    let is_claim =
        |name: &&HeaderName| name.as_str().starts_with("x-keystead-") && !is_removed_by_name(name);
    match head.headers().keys().find(is_claim) {
        Some(_) => Err(Error::BadRequest(
            "Take the headers that begin with X-Keystead- out of the request: they are the gateway's.".into(),
        )),
        None => Ok(()),
    }
}

/// What every file for nginx removes. Names that come later don't belong here: nobody replaces their files at once.
fn is_removed_by_name(name: &HeaderName) -> bool {
    [
        KEY_ID, KEY_NAME, TENANT_ID, PROJECT_ID, SCOPES, REQUEST_ID, WARNING,
    ]
    .contains(name)
}

/// Any other name is refused: a gateway that asks for `SCOPE` by mistake would let everybody pass without one.
fn wanted_scope(head: &RequestHead) -> Result<Option<String>> {
    let Some(query) = head.uri.query() else {
        return Ok(None);
    };
    let refused = |text: &str| Err(Error::BadRequest(text.into()));
    let Ok(pairs) = serde_urlencoded::from_str::<Vec<(String, String)>>(query) else {
        return refused("Write the query as scope=resource:action.");
    };
    match pairs.as_slice() {
        [] => Ok(None),
        all if all.iter().any(|(name, _)| name != "scope") => {
            refused("The query may have scope alone, written so: scope=resource:action.")
        }
        [(_, scope)] if is_scope(scope) => Ok(Some(scope.clone())),
        [_] => refused("scope: write resource:action."),
        _ => refused("scope: ask for one at a time."),
    }
}

fn lacks_scope(id: RequestId, scope: &str) -> HttpResponse {
    let challenge =
        format!("Bearer realm=\"keystead\", error=\"insufficient_scope\", scope=\"{scope}\"");
    problem(
        StatusCode::FORBIDDEN,
        "about:blank",
        &format!("This key lacks the scope {scope}."),
    )
    .header(header::WWW_AUTHENTICATE, &challenge)
    .finish_with("instance", id.to_string())
}

/// Header values are ASCII; the rest of a name travels percent-encoded, and so does the percent sign.
fn ascii(name: &str) -> Cow<'_, str> {
    const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'%';
    if name.bytes().all(is_plain) {
        return name.into();
    }
    utf8_percent_encode(name, ESCAPED).into()
}
