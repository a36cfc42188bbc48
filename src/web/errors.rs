//! Fills in the bodies of failures.
//!
//! Handlers return [`Failure`], which has a status and a sentence. Two middlewares fill in the body: [`html`] for pages,
//! [`json()`] for the API (RFC 9457). They also fill empty answers of actix itself (404, 405, bodies too large).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse};
use serde_json::{Value, json};

use super::error_page::failure_page;
use super::failure::{Failure, sentence};
use super::presented::presents_key;
use super::problem::problem;
use super::refused::Refused;
use super::{client, rate_limit, refused_permissions};
use crate::domain::Error;

/// Fills in pages.
///
/// # Errors
/// Those of the inner service.
pub async fn html(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !needs_body(&response) {
        return Ok(response);
    }
    refused_permissions::note(response.request(), failure(&response)).await;
    let page = failure_page(response.request(), response.status(), failure(&response));
    Ok(replace(response, page))
}

/// Fills in problem documents.
///
/// # Errors
/// Those of the inner service.
pub async fn json(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    refused_permissions::note(response.request(), failure(&response)).await;
    Ok(with_problem(response))
}

/// The response itself, or a problem document in place of a failure that has none.
pub(super) fn with_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if !needs_body(&response) {
        return response;
    }
    let (status, failure) = (response.status(), failure(&response));
    let of_credential = matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS
    );
    let text = match response.response().error() {
        // The refusal of a credential says itself which of its sentences it is.
        Some(refused) if of_credential && failure.is_none() => refused.to_string(),
        _ => sentence(status, failure),
    };
    let instance = client::request_id(response.request());
    let answer = match failure.map(|failure| &failure.0) {
        Some(Error::Invalid(errors)) => {
            let list: Vec<Value> = errors
                .list()
                .iter()
                .map(|(field, text)| json!({ "field": field, "message": text }))
                .collect();
            let first = errors
                .list()
                .first()
                .map_or(text, |(field, message)| format!("{field}: {message}"));
            problem(status, "invalid-members", &first).with("errors", Value::Array(list))
        }
        Some(Error::Conflict(conflict)) => {
            let code = conflict.code();
            problem(status, code, &text).with("code", json!(code))
        }
        Some(Error::Excess(excess, _)) => problem(status, excess.code(), &text),
        Some(Error::NotReached(_)) => problem(status, "revision-not-reached", &text),
        // RFC 6750 section 3.1: a key that may not do this is told so in the challenge too.
        Some(Error::Forbidden(_)) if presents_key(response.request()) => {
            let challenge = "Bearer realm=\"keystead\", error=\"insufficient_scope\"";
            problem(status, "about:blank", &text).header(header::WWW_AUTHENTICATE, challenge)
        }
        _ => {
            let refused = refused(&response);
            let answer = problem(status, refused.map_or("about:blank", Refused::kind), &text);
            match refused.and_then(Refused::hint) {
                Some(hint) => answer.with("hint", hint.into()),
                None => answer,
            }
        }
    };
    let answer = answer.finish_with("instance", instance);
    replace(response, answer)
}

/// The product's error in a response, if that is what went wrong.
pub(super) fn failure<B>(response: &ServiceResponse<B>) -> Option<&Failure> {
    match refused(response) {
        Some(Refused::Other(failure)) => Some(failure),
        _ => response.response().error()?.as_error::<Failure>(),
    }
}

fn refused<B>(response: &ServiceResponse<B>) -> Option<&Refused> {
    response.response().error()?.as_error::<Refused>()
}

/// Failures, and errors of actix, whose bodies are plain text or empty.
pub(super) fn needs_body(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && (response.response().error().is_some()
            || matches!(
                response.response().body().size(),
                actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(0)
            ))
}

/// The text of a failure whose answer was replaced, kept for the log.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What the log says.
    pub text: String,
    /// More was asked for than there is room for, or than has arrived here: no fault.
    pub is_load: bool,
}

/// Puts a new body in place and keeps the headers that the error set.
pub(super) fn replace(
    response: ServiceResponse<BoxBody>,
    mut body: HttpResponse,
) -> ServiceResponse<BoxBody> {
    for name in [
        header::ALLOW,
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        rate_limit::LIMIT,
        rate_limit::POLICY,
    ] {
        if let Some(value) = response.headers().get(&name).cloned() {
            body.headers_mut().insert(name, value);
        }
    }
    if body.status() == StatusCode::METHOD_NOT_ALLOWED
        && !body.headers().contains_key(header::ALLOW)
    {
        body.headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    if let Some(error) = response.response().error() {
        response.request().extensions_mut().insert(Cause {
            text: error.to_string(),
            is_load: matches!(
                error.as_error(),
                Some(Failure(Error::Busy(_) | Error::NotReached(_)))
            ),
        });
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, body)
}
