//! The outermost middleware: request id, access log, host check, security headers on every answer.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{RequestHead, Response, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::client::{self, Incoming};
use super::errors::{Cause, with_problem};
use super::failure::{Failure, sentence};
use super::problem::{problem, with_document_in_header};
use super::questions::{is_of_credential, is_of_gateway, is_question};
use super::revision;
use super::state::{Site, State};
use crate::domain::request_id::RequestId;
use crate::domain::time::Clock;

/// Content Security Policy (ASVS 3.4.3): nothing but our own files, nothing inline, no frames, no foreign form targets.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/// Wraps every route.
///
/// # Errors
/// Those of the inner service, already turned into responses by actix.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let begun = Instant::now();
    let now = request
        .app_data::<web::Data<State>>()
        .map_or_else(|| Clock::System.now(), |state| state.now());
    request.extensions_mut().insert(RequestId::next(now));
    let incoming = Incoming::of(request.request()).map_err(Failure)?;
    let (id, https, refusal) = (incoming.id, incoming.state.site.https, refuse(&incoming));
    let mut response = match refusal {
        Some(refusal) => request.into_response(refusal).map_into_right_body(),
        None => match revision::told(request, next).await {
            Ok(response) if is_question(response.request().path()) => answered(response),
            Ok(response) => response,
            Err(error) => return Err(bare_failure(error, &id, https)),
        },
    };
    let whole = response.request().clone();
    let cause = whole.extensions_mut().remove::<Cause>();
    let incoming = Incoming::of(&whole).map_err(Failure)?;
    complete(&incoming, response.response_mut(), begun, cause);
    Ok(response)
}

/// What every answer gets: its headers, its place in the metrics, and its line in the log. `cause` is why it failed,
/// when its own error was replaced by a body.
pub fn complete<B>(
    incoming: &Incoming<'_>,
    response: &mut HttpResponse<B>,
    begun: Instant,
    cause: Option<Cause>,
) {
    let path = incoming.head.uri.path();
    let is_question = is_question(path);
    if incoming.head.upgrade() {
        // No Upgrade is taken up (RFC 9110 section 7.8), yet actix closes the connection: say so, or the next request on it
        // is lost.
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    if is_question && response.status() == StatusCode::OK {
        add_few_headers(response.headers_mut(), &incoming.id, is_of_gateway(path));
    } else {
        let https = incoming.state.site.https;
        add_headers(response.headers_mut(), &incoming.id, https);
    }
    let took = begun.elapsed();
    if is_question {
        incoming.state.index().metrics().answered(took);
    }
    log(incoming, response, took, cause);
}

/// Questions are not wrapped by what fills in problem documents, since each layer costs every question: a failure is
/// filled in here.
fn answered<B: MessageBody + 'static>(
    response: ServiceResponse<EitherBody<B>>,
) -> ServiceResponse<EitherBody<B>> {
    if response.status().is_success() {
        return response;
    }
    with_problem(response.map_into_boxed_body()).map_into_right_body()
}

/// The path for the log: a run of letters and digits as long as a key's is one that somebody pasted there, and what is no
/// visible ASCII is percent-encoded.
fn harmless(path: &str) -> String {
    let path: Cow<'_, str> = utf8_percent_encode(path, CONTROLS).into();
    path.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|run| match run.len() {
            ..24 => run,
            _ => "[redacted]",
        })
        .collect()
}

/// The method for the log: a word that HTTP does not know (RFC 9110 section 9.1) may be a key that stands there by mistake.
fn known(method: &Method) -> &str {
    let known = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];
    let method = method.as_str();
    if known.contains(&method) {
        method
    } else {
        "[other]"
    }
}

/// An error that no handler saw, such as a session that could not be written: its text is for the log.
fn bare_failure(error: Error, id: &RequestId, https: bool) -> Error {
    tracing::error!(request_id = %id, cause = %error, "request failed");
    let status = error.as_response_error().status_code();
    let text = sentence(status, None);
    let mut response =
        problem(status, "about:blank", &text).finish_with("instance", id.to_string());
    add_headers(response.headers_mut(), id, https);
    actix_web::error::InternalError::from_response(error, response).into()
}

/// The answer to a request in whose answer Keystead panicked; the log says where.
pub fn after_panic() -> Response<BoxBody> {
    let id = RequestId::next(Clock::System.now());
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    tracing::error!(request_id = %id, "request failed: it panicked");
    let mut response = problem(status, "about:blank", &sentence(status, None))
        .finish_with("instance", id.to_string());
    add_headers(response.headers_mut(), &id, false);
    response.into()
}

/// The query never reaches the log: people paste secrets into it.
fn log<B>(
    incoming: &Incoming<'_>,
    response: &HttpResponse<B>,
    took: Duration,
    cause: Option<Cause>,
) {
    let (method, path, id) = (
        &incoming.head.method,
        incoming.head.uri.path(),
        &incoming.id,
    );
    let status = response.status();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let is_load = cause.as_ref().is_some_and(|cause| cause.is_load);
    if status.is_server_error() && !is_load {
        let cause = cause.map(|cause| cause.text);
        let cause = cause.or_else(|| response.error().map(ToString::to_string));
        let path = harmless(path);
        tracing::error!(method = known(method), path, status = status.as_u16(), micros, request_id = %id, cause, "request failed");
    } else if is_edge(path) || is_of_credential(path) || path.starts_with("/static/") {
        tracing::debug!(method = known(method), path = harmless(path), status = status.as_u16(), micros, request_id = %id, "request");
    } else {
        let (path, client) = (
            harmless(path),
            incoming.address().map(|address| address.to_string()),
        );
        tracing::info!(method = known(method), path, client, status = status.as_u16(), micros, request_id = %id, "request");
    }
}

/// Asked by machines, often, and under whatever host name a gateway uses.
fn is_edge(path: &str) -> bool {
    is_question(path) || matches!(path, "/healthz" | "/readyz")
}

/// True for a request that nothing here has to refuse, wherever it goes: a method that is known here (ASVS 4.1.4), and
/// a small head.
pub fn is_usual(head: &RequestHead) -> bool {
    method_is_known(&head.method) && head_is_small(head.headers())
}

fn method_is_known(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE
            | Method::OPTIONS
    )
}

fn refuse(incoming: &Incoming<'_>) -> Option<HttpResponse> {
    let head = incoming.head;
    // A gateway's client may use any method at its API (RFC 9110 section 9.1).
    let method_fits = is_of_gateway(head.uri.path()) || method_is_known(&head.method);
    let (status, text) = if !method_fits {
        let text = "This method is not allowed.";
        (StatusCode::METHOD_NOT_ALLOWED, text)
    } else if !head_is_small(head.headers()) {
        let text = "The headers are larger than 16 KiB.";
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text)
    } else if is_edge(head.uri.path()) || host_is_ours(head, &incoming.state.site) {
        return None;
    } else {
        let text =
            "This server does not answer for that host name. Operators: set KEYSTEAD_PUBLIC_URL.";
        (StatusCode::MISDIRECTED_REQUEST, text)
    };
    let mut refusal = problem(status, "about:blank", text);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        // RFC 9110 section 15.5.6: what no resource here takes is refused before one is looked for.
        refusal = refusal.header(
            header::ALLOW,
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        );
    }
    let refusal = refusal.finish_with("instance", incoming.id.to_string());
    Some(if is_of_gateway(head.uri.path()) {
        with_document_in_header(refusal)
    } else {
        refusal
    })
}

/// At most 16 KiB of names and values: what nginx, HAProxy and browsers send is far below.
fn head_is_small(headers: &HeaderMap) -> bool {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    size <= 16 * 1024
}

/// The configured host, localhost, or an IP address. A name that someone points at us (DNS rebinding) is refused;
/// an address can't be pointed anywhere.
fn host_is_ours(head: &RequestHead, site: &Site) -> bool {
    client::host(head, site.https)
        .is_some_and(|host| host.is_fixed() || site.host.as_ref() == Some(&host))
}

/// Read once, when this is compiled: names are checked and values wrapped before any request comes.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
    ),
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// For answers that only servers read: what protects a browser's page would cost more than the decision. What a gateway
/// lets through has its id among the identity already.
fn add_few_headers(headers: &mut HeaderMap, id: &RequestId, is_of_gateway: bool) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !is_of_gateway && let Ok(id) = HeaderValue::from_bytes(id.digits().as_bytes()) {
        headers.insert(REQUEST_ID, id);
    }
}

fn add_headers(headers: &mut HeaderMap, id: &RequestId, https: bool) {
    // One growth of the table instead of three.
    headers.reserve(16);
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_bytes(id.digits().as_bytes()) {
        headers.insert(REQUEST_ID, id);
    }
}
