//! `POST /api/v1/verify`: the question of an API server about a key that somebody presented to it.

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::time::rfc3339;
use crate::domain::{Error, Result};
use crate::verify::{Facts, Question, decision};
use crate::web::api::strict_json::{explain, is_json};
use crate::web::api::views;
use crate::web::body::Body;
use crate::web::client;
use crate::web::errors::Answer;
use crate::web::state::State;

/// Answers a verifier's question. The answer is 200 whether the key is valid or not; the code says why. Only
/// programs on the same machine may ask.
///
/// # Errors
/// `Forbidden` for askers elsewhere; `BadRequest` or `Invalid` for a body that can't be read; `Unavailable` (503)
/// when this node can't be sure.
#[utoipa::path(post, path = "/api/v1/verify", operation_id = "verifyKey", summary = "Verify a key",
    description = "Answers 200 whether the key is valid or not; the code says why. Only programs on the same machine may ask.", tag = "Verification", request_body = views::Question<'_>,
    responses((status = 200, description = "The verdict", body = views::Verdict<'_>), (status = 400, description = "Not JSON, or a member twice", body = views::Problem), (status = 403, description = "Asked from another machine", body = views::Problem), (status = 415, description = "Not application/json", body = views::Problem), (status = 422, description = "A member is unknown or wrong", body = views::Problem), (status = 503, description = "This node can't be sure now: deny, and try again after Retry-After seconds", body = views::Problem)))]
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Body(body): Body,
) -> Answer<HttpResponse> {
    if !asks_from_here(&request) {
        let text =
            "Only programs on the same machine may ask here. Gateways elsewhere use /forward-auth.";
        return Err(Error::Forbidden(text.into()).into());
    }
    if !is_json(&request) {
        return Ok(HttpResponse::UnsupportedMediaType().finish());
    }
    let asked: views::Question<'_> =
        serde_json::from_slice(&body).map_err(|cause| explain(&cause))?;
    let question = Question {
        key: asked.key.trim_matches([' ', '\t']),
        address: read_address(asked.ip.as_deref())?,
        scope: read_scope(asked.scope.as_deref())?,
        now: state.now(),
        facts: Facts {
            user_agent: asked.user_agent.as_deref().unwrap_or_default(),
            ..client::facts(
                &request,
                asked.method.as_deref().unwrap_or_default(),
                asked.path.as_deref().unwrap_or_default(),
            )
        },
    };
    let verdict = decision::decide(state.index(), &question)
        .ok_or_else(|| Error::Unavailable("the index is not certain".into()))?;
    let request_id = client::request_id(&request);
    let entry = verdict.entry.as_deref();
    let valid = verdict.code == crate::verify::Code::Valid;
    let answer = views::Verdict {
        valid,
        code: verdict.code.as_str(),
        key_id: entry.map(|entry| entry.key_id.to_string()),
        tenant_id: entry.map(|entry| entry.tenant_id.to_string()),
        name: entry.map(|entry| &*entry.name),
        environment: entry.map(|entry| entry.environment.as_str()),
        authorization_group: entry.map(|entry| entry.group.name.as_str()),
        scopes: entry.map(|entry| entry.group.scopes.list()),
        expires_at: entry.map(|entry| entry.expires_at.map(rfc3339)),
        request_id: &request_id,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(answer))
}

/// A program on this machine, not one that a proxy on this machine speaks for: a proxy adds forwarding headers or
/// asks under the public name.
fn asks_from_here(request: &HttpRequest) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = client::host_name(host);
    let is_local = name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    is_local
        && !client::is_proxied(request)
        && client::address(request).is_some_and(|address| address.is_loopback())
}

/// An address that can't be read is an error, not an unknown address: a typing slip in a gateway must be seen.
fn read_address(text: Option<&str>) -> Result<Option<std::net::IpAddr>> {
    text.map(|text| {
        text.parse()
            .map_err(|_| Error::invalid("ip", "Use an IPv4 or IPv6 address."))
    })
    .transpose()
}

fn read_scope(text: Option<&str>) -> Result<Option<&str>> {
    match text {
        Some(scope) if !crate::domain::scope::is_scope(scope) => {
            Err(Error::invalid("scope", "Write resource:action."))
        }
        scope => Ok(scope),
    }
}
