//! What the OAuth edges share: their form bodies, and errors in the words of RFC 6749 section 5.2.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use serde::de::DeserializeOwned;

use super::oauth_views::OauthError;
use crate::domain::{Error, Result};
use crate::web::errors::{failure, needs_body, replace};
use crate::web::failure::sentence;

/// Reads a form body. Parameters that mean nothing here are left alone, as RFC 6749 section 3.2 wants.
///
/// # Errors
/// `BadRequest` for a body that is no form, and for a parameter that is missing or comes twice. It never repeats
/// what was sent.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_urlencoded::from_bytes(body).map_err(|cause| {
        let text = cause.to_string();
        let name = text.split('`').nth(1).unwrap_or_default();
        Error::BadRequest(match text.split(' ').next() {
            Some("duplicate") => format!("{name} comes twice."),
            Some("missing") => format!("{name} is missing."),
            _ => "The form could not be read.".into(),
        })
    })
}

/// The token that a request is about, without white space around it.
///
/// # Errors
/// `BadRequest` when it is empty.
pub fn token(sent: &str) -> Result<&str> {
    match sent.trim_matches([' ', '\t']) {
        "" => Err(Error::BadRequest("token is missing.".into())),
        token => Ok(token),
    }
}

/// An error in OAuth's words.
pub fn refusal(status: StatusCode, error: &'static str, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(OauthError {
            error,
            error_description: text,
        })
}

/// Fills in the bodies of failures.
///
/// # Errors
/// Those of the inner service.
pub async fn errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !needs_body(&response) {
        return Ok(response);
    }
    let status = response.status();
    let code = match status {
        StatusCode::UNAUTHORIZED => "invalid_client",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            "temporarily_unavailable"
        }
        status if status.is_server_error() => "server_error",
        _ => "invalid_request",
    };
    let text = match response.response().error() {
        Some(refused) if status == StatusCode::UNAUTHORIZED => refused.to_string(),
        _ => sentence(status, failure(&response)),
    };
    Ok(replace(response, refusal(status, code, text)))
}
