//! `POST /api/v1/auth/api-keys/{id}/disable` and `…/enable`: a key switched off for now, and on again.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::key_views;
use crate::actions::key_suspensions;
use crate::db::Conn;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;

/// Disable a key
///
/// For now: when this answers, the key is refused until it is enabled. Disabling again answers the same. No body is
/// needed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/disable",
    operation_id = "disableKey",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the other key has more rights",
            body = Problem,
        ),
        (status = 409, description = "key-revoked", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn disable(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    switch(caller, &state, id.parse()?, key_suspensions::disable).await
}

/// Enable a key
///
/// When this answers, the key works again, unless it has expired. Enabling again answers the same. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/enable",
    operation_id = "enableKey",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the other key has more rights",
            body = Problem,
        ),
        (status = 409, description = "key-revoked", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
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
    Ok(HttpResponse::Ok().json(key_views::Key::new(key, None, caller.now)))
}
