//! `PATCH /api/v1/auth/api-keys/{id}`: changes of a key that exists.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::strict_json::StrictJson;
use super::views;
use crate::actions::key_updates;
use crate::domain::id::KeyId;
use crate::domain::key::expiry_of_instant;
use crate::domain::key_updates::Wish;
use crate::web::errors::Answer;
use crate::web::state::State;

/// Changes a key. When this answers, the next verification goes by what was changed.
///
/// # Errors
/// `NotFound`, also for another tenant's key; `Forbidden` without `api-keys:write`, or for rights beyond the caller's;
/// `Invalid`; a conflict `key-revoked` or `key-limit-reached`.
#[utoipa::path(patch, path = "/api/v1/auth/api-keys/{id}", operation_id = "updateKey", summary = "Change a key",
    description = "Members that are left out stay as they are. When this answers, the next verification goes by what was changed.", tag = "Keys", request_body = views::KeyUpdate,
    params(("id" = String, Path, description = "Identifier of the key")),
    responses((status = 200, description = "The key as it is now", body = views::Key), (status = 400, description = "Not JSON, or a member twice", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks api-keys:write, or this needs more rights than it has", body = views::Problem), (status = 404, description = "No such key in this tenant", body = views::Problem), (status = 409, description = "key-revoked, or key-limit-reached when an expired key would come back", body = views::Problem), (status = 415, description = "Not application/json", body = views::Problem), (status = 422, description = "A member is unknown or wrong", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<views::KeyUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold("api-keys:write")?;
    let id: KeyId = id.parse()?;
    let expiry = wanted
        .expires_at
        .as_ref()
        .map(|at| at.as_deref().map_or(Ok(None), expiry_of_instant));
    let update = wish(&wanted).check(by.now, expiry)?;
    let key = state
        .change(move |conn| key_updates::update(conn, &by, id, &update))
        .await?;
    Ok(HttpResponse::Ok().json(views::Key::new(key, None, caller.now)))
}

/// Null empties a text; where empty makes no sense the check says so.
fn wish(wanted: &views::KeyUpdate) -> Wish<'_> {
    fn text(member: Option<&Option<String>>) -> Option<&str> {
        member.map(|text| text.as_deref().unwrap_or_default())
    }
    Wish {
        name: text(wanted.name.as_ref()),
        description: text(wanted.description.as_ref()),
        group: text(wanted.authorization_group.as_ref()),
        ip_allowlist: wanted.ip_allowlist.as_ref().map(|list| {
            let list = list.as_ref()?;
            Some(list.iter().map(String::as_str).collect())
        }),
        ip_allowlist_mode: text(wanted.ip_allowlist_mode.as_ref()),
        rate_limit: wanted
            .rate_limit
            .as_ref()
            .map(|limit| limit.as_ref().map(views::RateLimit::wish)),
    }
}
