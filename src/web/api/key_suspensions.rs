//! `POST /api/v1/auth/api-keys/{id}/disable` and `…/enable`: a key switched off for now, and on again.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::key_changes::change;
use super::key_views;
use crate::actions::key_suspensions;
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
    change(caller, &state, id.parse()?, key_suspensions::disable).await
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
    change(caller, &state, id.parse()?, key_suspensions::enable).await
}
