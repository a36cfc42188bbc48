//! How the product's errors become answers.
//!
//! Handlers return [`Failure`]; it knows only its status. Two middlewares fill in the body: [`html`] for pages,
//! [`json()`] for the API (RFC 9457). They also fill empty answers of actix itself (404, 405, bodies too large).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::{Map, Value, json};

use super::api::caller::{Refused, presents_key};
use super::respond::failure_page;
use super::{client, rate_limit};
use crate::domain::Error;

/// A domain error on its way to the client.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What handlers return.
pub type Answer<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self.0 {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) | Error::OutcomeUnknown(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        match self.0 {
            Error::Throttled(seconds) => response.insert_header((header::RETRY_AFTER, seconds)),
            Error::Unavailable(_) | Error::OutcomeUnknown(_) => {
                response.insert_header((header::RETRY_AFTER, 2))
            }
            _ => &mut response,
        };
        response.finish()
    }
}

/// The sentence for people. What went wrong inside stays in the log.
pub fn sentence(status: StatusCode, failure: Option<&Failure>) -> String {
    match failure.map(|failure| &failure.0) {
        Some(Error::Conflict { detail, .. }) => detail.clone(),
        Some(Error::Forbidden(text) | Error::BadRequest(text)) => text.clone(),
        Some(invalid @ Error::Invalid(_)) => invalid.to_string(),
        Some(Error::OutcomeUnknown(_)) => {
            "Keystead can't tell whether the change was made. Look before you try again.".into()
        }
        Some(Error::Throttled(seconds)) => {
            let plural = if *seconds == 1 { "" } else { "s" };
            format!("Too many attempts. Try again in {seconds} second{plural}.")
        }
        _ => match status {
            StatusCode::NOT_FOUND => "There is nothing here, or it belongs to somebody else.",
            StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed here.",
            StatusCode::REQUEST_TIMEOUT => "The body came too slowly.",
            StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                "This content type or compression is not understood here."
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                "Keystead can't be sure of the answer now. Try again in a moment."
            }
            status if status.is_server_error() => {
                "Something went wrong on our side. Nothing was changed."
            }
            _ => "The request could not be understood.",
        }
        .into(),
    }
}

/// A problem document (RFC 9457) in the making.
pub struct Problem {
    builder: HttpResponseBuilder,
    members: Map<String, Value>,
}

/// Starts a problem document; `kind` is the last part of its type.
pub fn problem(status: StatusCode, kind: &str, detail: &str) -> Problem {
    let mut members = Map::new();
    let kind = if kind == "about:blank" {
        kind.to_owned()
    } else {
        format!("/api/docs#problem-{kind}")
    };
    members.insert("type".into(), json!(kind));
    members.insert(
        "title".into(),
        json!(status.canonical_reason().unwrap_or("Error")),
    );
    members.insert("status".into(), json!(status.as_u16()));
    members.insert("detail".into(), json!(detail));
    Problem {
        builder: HttpResponseBuilder::new(status),
        members,
    }
}

impl Problem {
    /// Adds a header.
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
        self.builder.insert_header((name, value));
        self
    }

    /// Adds a member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.into(), value);
        self
    }

    /// Finishes with one last text member, usually the instance.
    pub fn finish_with(mut self, name: &str, value: String) -> HttpResponse {
        self.members.insert(name.into(), Value::String(value));
        let body = Value::Object(self.members).to_string();
        self.builder
            .content_type("application/problem+json")
            .body(body)
    }
}

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
    Ok(with_problem(
        next.call(request).await?.map_into_boxed_body(),
    ))
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
        Some(Error::Conflict { code, .. }) => {
            problem(status, code, &text).with("code", json!(code))
        }
        // RFC 6750 section 3.1: a key that may not do this is told so in the challenge too.
        Some(Error::Forbidden(_)) if presents_key(response.request()) => {
            let challenge = "Bearer realm=\"keystead\", error=\"insufficient_scope\"";
            problem(status, "about:blank", &text).header(header::WWW_AUTHENTICATE, challenge)
        }
        _ => {
            let kind = refused(&response).map_or("about:blank", Refused::kind);
            problem(status, kind, &text)
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
pub struct Cause(pub String);

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
        response
            .request()
            .extensions_mut()
            .insert(Cause(error.to_string()));
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, body)
}
