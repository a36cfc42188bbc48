//! The outermost middleware: request id, access log, host check, security headers on every answer.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use super::client;
use super::edges::ext_authz;
use super::errors::{Cause, problem, sentence, with_problem};
use super::state::{Site, State};
use crate::domain::request_id::RequestId;
use crate::domain::time::Clock;

/// SECURITY S46: nothing but our own files, nothing inline, no frames, no foreign form targets.
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
    let state = request.app_data::<web::Data<State>>();
    let now = state.map_or_else(|| Clock::System.now(), |state| state.now());
    let id = RequestId::next(now);
    request.extensions_mut().insert(id);
    let https = state.is_some_and(|state| state.site.https);
    let refusal = state.and_then(|state| refuse(&request, &state.site));
    let begun = std::time::Instant::now();
    let mut response = match refusal {
        Some(refusal) => request.into_response(refusal).map_into_right_body(),
        None => match next.call(request).await {
            Ok(response) if is_question(response.request().path()) => answered(response),
            Ok(response) => response.map_into_left_body(),
            Err(error) => return Err(bare_failure(error, &id, https)),
        },
    };
    let to_a_server = response.status() == StatusCode::OK && is_question(response.request().path());
    if to_a_server {
        add_few_headers(response.headers_mut(), &id);
    } else {
        add_headers(response.headers_mut(), &id, https);
    }
    let took = begun.elapsed();
    if is_question(response.request().path())
        && let Some(state) = response.request().app_data::<web::Data<State>>()
    {
        state.index().metrics().answered(took);
    }
    log(&response, &id, took);
    Ok(response)
}

/// Questions are not wrapped by what fills in problem documents, since each layer costs every question: a failure is
/// filled in here.
fn answered<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B>> {
    if response.status().is_success() {
        return response.map_into_left_body();
    }
    with_problem(response.map_into_boxed_body()).map_into_right_body()
}

/// The path for the log: a run of letters and digits as long as a key's is one that somebody pasted there.
fn harmless(path: &str) -> String {
    path.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|run| match run.len() {
            ..24 => run,
            _ => "[redacted]",
        })
        .collect()
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

/// The query never reaches the log: people paste secrets into it.
fn log<B>(response: &ServiceResponse<B>, id: &RequestId, took: std::time::Duration) {
    let (method, path) = (response.request().method(), response.request().path());
    let status = response.status();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        let kept = response
            .request()
            .extensions()
            .get::<Cause>()
            .map(|cause| cause.0.clone());
        let cause = kept.or_else(|| response.response().error().map(ToString::to_string));
        let path = harmless(path);
        tracing::error!(%method, path, status = status.as_u16(), micros, request_id = %id, cause, "request failed");
    } else if is_edge(path) || path.starts_with("/static/") {
        tracing::debug!(%method, path = harmless(path), status = status.as_u16(), micros, request_id = %id, "request");
    } else {
        let (path, client) = (
            harmless(path),
            client::address(response.request()).map(|address| address.to_string()),
        );
        tracing::info!(%method, path, client, status = status.as_u16(), micros, request_id = %id, "request");
    }
}

/// Where verifiers and gateways ask about keys.
fn is_question(path: &str) -> bool {
    path == "/forward-auth"
        || path.starts_with(ext_authz::PREFIX)
        || path.starts_with("/api/v1/verify")
        || path == "/oauth2/introspect"
}

/// Asked by machines, often, and under whatever host name a gateway uses.
fn is_edge(path: &str) -> bool {
    is_question(path) || matches!(path, "/healthz" | "/readyz")
}

fn refuse(request: &ServiceRequest, site: &Site) -> Option<HttpResponse> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if !known.contains(request.method()) {
        let refusal = problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "about:blank",
            "This method is not allowed.",
        );
        return Some(refusal.finish_with("instance", client::request_id(request.request())));
    }
    if !head_is_small(request.headers()) {
        let refusal = problem(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "about:blank",
            "The headers are larger than 16 KiB.",
        );
        return Some(refusal.finish_with("instance", client::request_id(request.request())));
    }
    if is_edge(request.path()) || host_is_ours(request, site) {
        return None;
    }
    let text =
        "This server does not answer for that host name. Operators: set KEYSTEAD_PUBLIC_URL.";
    let refusal = problem(StatusCode::MISDIRECTED_REQUEST, "about:blank", text);
    Some(refusal.finish_with("instance", client::request_id(request.request())))
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
fn host_is_ours(request: &ServiceRequest, site: &Site) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(host) = host.or_else(|| {
        request
            .uri()
            .authority()
            .map(actix_web::http::uri::Authority::as_str)
    }) else {
        return false;
    };
    if site
        .host
        .as_deref()
        .is_some_and(|ours| ours.eq_ignore_ascii_case(host))
    {
        return true;
    }
    let name = client::host_name(host);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
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

/// For answers that only servers read: what protects a browser's page would cost more than the decision.
fn add_few_headers(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(id.digits().as_str()) {
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
    if let Ok(id) = HeaderValue::from_str(id.digits().as_str()) {
        headers.insert(REQUEST_ID, id);
    }
}
