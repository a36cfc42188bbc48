//! `POST /api/v1/auth/api-keys/{id}/rotation/end`, `…/extension` and `…/cancellation`: how a running rotation comes to its
//! end.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::key_changes::change;
use super::key_views;
use crate::actions::key_rotations;
use crate::db::Conn;
use crate::domain::Error;
use crate::domain::key_rotations::Grace;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// How long the old secret works on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationExtension {
    /// Seconds from now for which the old secret works on, 1 to 604,800 (7 days); not less than it would anyway.
    #[schema(example = 86400, minimum = 1, maximum = 604_800)]
    pub grace_seconds: i64,
}

/// End a rotation
///
/// The old secret is refused when this answers. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/rotation/end",
    operation_id = "endRotation",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the other key has more rights",
            body = Problem,
        ),
        (status = 409, description = "key-revoked or no-rotation-running", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn finish(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    change(caller, &state, id.parse()?, key_rotations::finish).await
}

/// Cancel a rotation
///
/// The key has its old secret again, and the new one is refused when this answers. An expiration that was chosen with the
/// rotation stays. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/rotation/cancellation",
    operation_id = "cancelRotation",
    tag = "Keys",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the other key has more rights",
            body = Problem,
        ),
        (status = 409, description = "key-revoked or no-rotation-running", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn cancel(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    change(caller, &state, id.parse()?, key_rotations::cancel).await
}

/// Extend a rotation
///
/// Both secrets work on for `grace_seconds` from now. To end the old one earlier, end the rotation.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/rotation/extension",
    operation_id = "extendRotation",
    tag = "Keys",
    request_body = RotationExtension,
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or the other key has more rights",
            body = Problem,
        ),
        (status = 409, description = "key-revoked or no-rotation-running", body = Problem),
        (
            status = 422,
            description = "A member is unknown or wrong, or the old secret would end earlier",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn extend(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<RotationExtension>,
) -> Answer<HttpResponse> {
    caller.actor().must_hold(Right::ChangeKeys)?;
    let grace = Grace::of_seconds(wanted.grace_seconds)
        .map_err(|text| Error::invalid("grace_seconds", text))?;
    let action = move |conn: &mut Conn, by: &Actor, id| {
        key_rotations::extend(conn, by, id, grace).map_err(at_seconds)
    };
    change(caller, &state, id.parse()?, action).await
}

/// The action's word for the member is that of the form.
fn at_seconds(cause: Error) -> Error {
    match cause {
        Error::Invalid(errors) => match errors.get("grace") {
            Some(text) => Error::invalid("grace_seconds", text),
            None => Error::Invalid(errors),
        },
        other => other,
    }
}
