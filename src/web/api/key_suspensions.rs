//! `POST /api/v1/auth/api-keys/{id}/disable` and `…/enable`: a key switched off for now, and on again.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::views;
use crate::actions::key_suspensions;
use crate::db::{Conn, keys::Key};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::role::Actor;
use crate::web::errors::Answer;
use crate::web::state::State;

/// Switches a key off. Doing it again answers the same; when this answers, the key is refused.
///
/// # Errors
/// `NotFound`, also for another tenant's key; `Forbidden` without `api-keys:write`, or for a key with more rights than the
/// caller's; a conflict `key-revoked`.
#[utoipa::path(post, path = "/api/v1/auth/api-keys/{id}/disable", operation_id = "disableKey", summary = "Disable a key",
    description = "For now: when this answers, the key is refused until it is enabled. Disabling again answers the same. No body is needed.", tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses((status = 200, description = "The key as it is now", body = views::Key), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks api-keys:write, or the other key has more rights", body = views::Problem), (status = 404, description = "No such key in this tenant", body = views::Problem), (status = 409, description = "key-revoked", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn disable(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    switch(caller, &state, id.parse()?, key_suspensions::disable).await
}

/// Switches a key on again. Doing it again answers the same. An expired key stays expired.
///
/// # Errors
/// As [`disable`].
#[utoipa::path(post, path = "/api/v1/auth/api-keys/{id}/enable", operation_id = "enableKey", summary = "Enable a key",
    description = "When this answers, the key works again, unless it has expired. Enabling again answers the same. No body is needed.", tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses((status = 200, description = "The key as it is now", body = views::Key), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks api-keys:write, or the other key has more rights", body = views::Problem), (status = 404, description = "No such key in this tenant", body = views::Problem), (status = 409, description = "key-revoked", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn enable(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    switch(caller, &state, id.parse()?, key_suspensions::enable).await
}

async fn switch(
    caller: Caller,
    state: &State,
    id: KeyId,
    action: fn(&mut Conn, &Actor, KeyId) -> Result<Key>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    let key = state.change(move |conn| action(conn, &by, id)).await?;
    Ok(HttpResponse::Ok().json(views::Key::new(key, None, caller.now)))
}
