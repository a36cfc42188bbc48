//! `POST /api/v1/verify`: the question of an API server about a key that somebody presented to it.

use std::net::IpAddr;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::value::RawValue;

use super::asker::Asker;
use super::{at_least, verdict_json, views};
use crate::domain::request_id::RequestId;
use crate::domain::scope::is_scope;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::verify::{self, Facts, Index, KeyLookup, Question, decision};
use crate::web::body::Body;
use crate::web::client::Incoming;
use crate::web::failure::Answer;
use crate::web::media_type;
use crate::web::problem::Problem;
use crate::web::strict_json::explain;

/// Verify a key
///
/// Answers 200 whether the key is valid or not; the code says why. Ask with the token of a verifier. To have an answer
/// that goes by a change of yours, whichever server it comes from, send the `revision` in the answer to that change as
/// at_least.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    operation_id = "verifyKey",
    tag = "Verification",
    request_body = views::Question<'_>,
    responses(
        (status = 200, description = "The verdict", body = views::Verdict<'_>),
        (status = 413, description = "The body is too large", body = Problem),
    ),
    security(("verifier" = [])),
)]
pub async fn create(request: HttpRequest, _: Asker, Body(body): Body) -> Answer<HttpResponse> {
    let incoming = Incoming::of(&request)?;
    if !media_type::is(incoming.head, media_type::JSON) {
        return Ok(HttpResponse::UnsupportedMediaType().finish());
    }
    let asked = parse(&body)?;
    let index = incoming.state.index();
    let key = seek(&asked, index);
    match answer(&incoming, &asked, &key) {
        Err(Error::NotReached(rev)) => {
            at_least::wait(index, rev).await?;
            // Time went by.
            Ok(answer(&Incoming::of(&request)?, &asked, &key)?)
        }
        answered => Ok(answered?),
    }
}

/// The question of a verifier.
///
/// # Errors
/// `BadRequest` or `Invalid` for a body that can't be read.
pub fn parse(body: &[u8]) -> Result<views::Question<'_>> {
    serde_json::from_slice(body).map_err(|cause| explain(&cause))
}

/// The key that is asked about, on its way to its entry.
pub fn seek<'a>(asked: &'a views::Question<'_>, index: &Index) -> KeyLookup<'a> {
    // A key that was read from a file ends with the file's last line.
    index.seek(asked.key.trim_matches([' ', '\t', '\r', '\n']))
}

/// The answer to a verifier that may ask.
///
/// # Errors
/// `Invalid` for a member that can't be read; those of [`decide`].
pub fn answer(
    incoming: &Incoming<'_>,
    asked: &views::Question<'_>,
    key: &KeyLookup<'_>,
) -> Result<HttpResponse> {
    let question = read(asked, key, incoming.id, incoming.now)?;
    let verdict = decide(incoming.state.index(), &question)?;
    let mut body = Vec::with_capacity(verdict_json::USUAL_LENGTH);
    verdict_json::write(&mut body, &verdict, question.now, question.facts.id)?;
    let mut response = HttpResponse::with_body(StatusCode::OK, BoxBody::new(body));
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(header::CONTENT_TYPE, JSON);
    Ok(response)
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The question in a verifier's words; `id` is the request that it will be found by.
///
/// # Errors
/// `Invalid` at the member that can't be read.
pub fn read<'a>(
    asked: &'a views::Question<'_>,
    key: &'a KeyLookup<'a>,
    id: RequestId,
    now: Timestamp,
) -> Result<Question<'a>> {
    Ok(Question {
        key,
        address: read_address(asked.ip.as_deref())?,
        scope: read_scope(asked.scope.as_deref())?,
        now,
        at_least: at_least::read(asked.at_least.map(RawValue::get))?,
        facts: Facts {
            id,
            method: asked.method.as_deref().unwrap_or_default(),
            path: asked.path.as_deref().unwrap_or_default(),
            user_agent: asked.user_agent.as_deref().unwrap_or_default(),
        },
    })
}

/// The verdict.
///
/// # Errors
/// `NotReached` when this node lacks what the question insists on; `Unavailable` when it can't be sure.
pub fn decide(index: &Index, question: &Question<'_>) -> Result<verify::Verdict> {
    let decided = decision::decide(index, question).map(Ok);
    decided.unwrap_or_else(|| {
        at_least::must_be_reached(index, question.at_least)?;
        Err(Error::Unavailable("the index is not certain".into()))
    })
}

/// An address that can't be read is an error, not an unknown address: a typing slip in a gateway must be seen.
///
/// # Errors
/// `Invalid` at `ip`.
pub fn read_address(text: Option<&str>) -> Result<Option<IpAddr>> {
    text.map(|text| {
        text.parse::<IpAddr>()
            .map(|address| address.to_canonical())
            .map_err(|_| Error::invalid("ip", "Use an IPv4 or IPv6 address."))
    })
    .transpose()
}

fn read_scope(text: Option<&str>) -> Result<Option<&str>> {
    match text {
        Some(scope) if !is_scope(scope) => Err(Error::invalid("scope", "Write resource:action.")),
        scope => Ok(scope),
    }
}
