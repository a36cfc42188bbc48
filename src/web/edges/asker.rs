//! Who asks: a verifier, by the token that was made for it. No key and no session may ask.

use std::borrow::Cow;

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryFutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::domain::{Error, key_text};
use crate::web::body::arrived;
use crate::web::client::Incoming;
use crate::web::failure::Failure;
use crate::web::presented::refuse_key_in_query;

/// A verifier that sent its token as a bearer token (RFC 6750).
#[derive(Debug)]
pub struct Asker;

/// A verifier that sent its token as a bearer token, or as the password of HTTP Basic under any name: OAuth clients
/// often know no other way (RFC 6749 section 2.3.1).
#[derive(Debug)]
pub struct OauthAsker;

/// No token, or one that is not accepted.
#[derive(Debug)]
struct NotAdmitted {
    presented: bool,
    by_basic: bool,
}

impl std::fmt::Display for NotAdmitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invalid or missing verifier token")
    }
}

impl ResponseError for NotAdmitted {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn error_response(&self) -> HttpResponse {
        let challenge = match self {
            Self { by_basic: true, .. } => "Basic realm=\"keystead verifiers\"",
            Self {
                presented: true, ..
            } => "Bearer realm=\"keystead verifiers\", error=\"invalid_token\"",
            Self { .. } => "Bearer realm=\"keystead verifiers\"",
        };
        HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .finish()
    }
}

impl FromRequest for Asker {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asked = identify(request.clone(), arrived(request, payload), false);
        Box::pin(asked.map_ok(|()| Self))
    }
}

impl FromRequest for OauthAsker {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asked = identify(request.clone(), arrived(request, payload), true);
        Box::pin(asked.map_ok(|()| Self))
    }
}

async fn identify(
    request: HttpRequest,
    body: impl Future<Output = ()>,
    basic_too: bool,
) -> Result<(), actix_web::Error> {
    body.await;
    admit(&Incoming::of(&request).map_err(Failure)?, basic_too)
}

/// Lets a request of a verifier pass. `basic_too`: its token may be the password of HTTP Basic.
///
/// # Errors
/// 401 for anybody else, 400 for two credentials, 503 when this node can't be sure.
pub fn admit(incoming: &Incoming<'_>, basic_too: bool) -> Result<(), actix_web::Error> {
    let index = incoming.state.index();
    // A verifier that was made a moment ago may not be known here yet: that is no reason to turn it away for good.
    let uncertain = || Failure(Error::Unavailable("the index is not certain".into()));
    let certainty = index.certainty().ok_or_else(uncertain)?;
    let header = authorization(incoming.head).map_err(Failure)?;
    let (scheme, rest) = header.map_or(("", ""), split);
    let by_basic = basic_too && scheme.eq_ignore_ascii_case("basic");
    let token = if by_basic {
        password(rest).map(Cow::Owned)
    } else {
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(Cow::Borrowed(rest))
    };
    if let Some(token) = token {
        let is_admitted = index.admit(&token, incoming.now);
        if !index.still(certainty) {
            return Err(uncertain().into());
        }
        if is_admitted {
            return Ok(());
        }
        if key_text::is_verifier_token(&token) && index.lacks_pepper() {
            let text = "a pepper is missing here".into();
            return Err(Failure(Error::Unavailable(text)).into());
        }
    }
    Err(NotAdmitted {
        presented: header.is_some() || incoming.head.headers().contains_key("x-api-key"),
        by_basic,
    }
    .into())
}

/// The one `Authorization` header.
fn authorization(head: &RequestHead) -> Result<Option<&str>, Error> {
    refuse_key_in_query(head)?;
    if head.uri.query().is_some_and(|query| !query.is_empty()) {
        let text = "Write the question into the body: a query is not read here.";
        return Err(Error::BadRequest(text.into()));
    }
    let mut headers = head.headers().get_all(header::AUTHORIZATION);
    let first = headers.next();
    let two_ways = first.is_some() && head.headers().contains_key("x-api-key");
    if headers.next().is_some() || two_ways {
        return Err(Error::BadRequest(
            "Send one credential, in one header: Authorization with the verifier's token.".into(),
        ));
    }
    Ok(first.map(|value| value.to_str().unwrap_or_default()))
}

/// Scheme and credential; white space around either is not part of it.
fn split(header: &str) -> (&str, &str) {
    let white = [' ', '\t'];
    let (scheme, rest) = header
        .trim_matches(white)
        .split_once(white)
        .unwrap_or_default();
    (scheme, rest.trim_matches(white))
}

/// What follows the name in HTTP Basic (RFC 7617).
fn password(encoded: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':')
        .map(|(_, password)| password.to_owned())
}
