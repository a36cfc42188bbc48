//! `/api/v1/auth/api-keys`: a tenant's keys, managed by a system that holds one of them.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::caller::Caller;
use super::key_views;
use crate::actions::keys::{self, Issued, Issuing};
use crate::db;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::KeyId;
use crate::domain::key::{Input, expiry_of_instant};
use crate::domain::right::Right;
use crate::domain::{Error, Result, key_text};
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// Create a key
///
/// The answer is the only one that holds the text of the key. With an `Idempotency-Key` header a repeated request
/// answers 200 with the key of the first one, without its text.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys",
    operation_id = "createKey",
    tag = "Keys",
    request_body = key_views::NewKey,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless; at most 64 characters"),
    ),
    responses(
        (status = 201, description = "The new key, with its text in `key`", body = key_views::Key),
        (
            status = 200,
            description = "The key that an earlier request with this Idempotency-Key made, without its text",
            body = key_views::Key,
        ),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the group has more rights than the key",
            body = Problem,
        ),
        (status = 409, description = "key-limit-reached", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create(
    request: HttpRequest,
    caller: Caller,
    state: web::Data<State>,
    StrictJson(wanted): StrictJson<key_views::NewKey>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeKeys)?;
    // A form's empty field is no choice; a member that is given is one.
    if let Some(word) = &wanted.ip_allowlist_mode {
        AllowlistMode::parse(word).map_err(|text| Error::invalid("ip_allowlist_mode", text))?;
    }
    if wanted.scopes.iter().flatten().next().is_some() {
        let text = "A key has the scopes of its group: leave this empty, and name a group in authorization_group.";
        return Err(Error::invalid("scopes", text).into());
    }
    let draft = input(&wanted).check(by.now, expiry(&wanted))?;
    let idempotency_key = idempotency_key(&request)?;
    let inside = state.clone();
    let issued = state
        .change(by, move |conn, by| {
            let peppers = inside.index().peppers();
            let issuing = Issuing {
                brand: &inside.site.brand,
                pepper: peppers.newest()?,
                group: wanted.authorization_group.as_deref(),
                project: wanted.project.as_deref(),
                idempotency_key: idempotency_key.as_deref(),
            };
            keys::issue(conn, by, &draft, issuing)
        })
        .await?;
    Ok(match issued {
        Issued::New(key, secret) => HttpResponse::Created()
            .insert_header((
                header::LOCATION,
                format!("/api/v1/auth/api-keys/{}", key.id),
            ))
            .json(key_views::Key::new(key, Some(&secret), caller.now)),
        Issued::Replayed(key) => {
            HttpResponse::Ok().json(key_views::Key::new(key, None, caller.now))
        }
    })
}

fn input(wanted: &key_views::NewKey) -> Input<'_> {
    Input {
        name: &wanted.name,
        description: wanted.description.as_deref().unwrap_or_default(),
        environment: wanted.environment.as_deref().unwrap_or("live"),
        ip_allowlist: wanted
            .ip_allowlist
            .iter()
            .flatten()
            .map(String::as_str)
            .collect(),
        ip_allowlist_mode: wanted.ip_allowlist_mode.as_deref().unwrap_or_default(),
        rate_limit: wanted.rate_limit.as_ref().map(key_views::RateLimit::input),
        owner: wanted.owner.as_deref().unwrap_or_default(),
    }
}

fn expiry(
    wanted: &key_views::NewKey,
) -> std::result::Result<Option<crate::domain::time::Timestamp>, String> {
    wanted
        .expires_at
        .as_deref()
        .map_or(Ok(None), expiry_of_instant)
}

pub(super) fn idempotency_key(request: &HttpRequest) -> Result<Option<String>> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if (1..=64).contains(&text.len()) && !key_text::appears_in(text) => {
            Ok(Some(text.to_owned()))
        }
        _ => Err(Error::BadRequest(
            "Idempotency-Key: use 1 to 64 visible characters.".into(),
        )),
    }
}

/// Get a key
///
/// Everything about it but its text.
#[utoipa::path(
    get,
    path = "/api/v1/auth/api-keys/{id}",
    operation_id = "getKey",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key", body = key_views::Key),
        (status = 403, description = "The key lacks api-keys:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeKeys)?;
    let id: KeyId = id.parse()?;
    let key = state
        .read(move |conn| db::keys::find(conn, by.tenant, id))
        .await?;
    Ok(HttpResponse::Ok().json(key_views::Key::new(key, None, caller.now)))
}

/// Revoke a key
///
/// For good: when this answers, the key is refused. Revoking again answers the same.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/api-keys/{id}",
    operation_id = "revokeKey",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 204, description = "The key is revoked"),
        (status = 403, description = "The key lacks api-keys:write", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn destroy(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeKeys)?;
    let id: KeyId = id.parse()?;
    state
        .change(by, move |conn, by| keys::revoke(conn, by, id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
