//! `POST /api/v1/auth/api-keys/{id}/rotate`: another secret for a key.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::key_views;
use super::keys::idempotency_key;
use crate::actions::key_rotations::{self, Rotated, Rotating};
use crate::domain::Error;
use crate::domain::id::KeyId;
use crate::domain::key::expiry_of_instant;
use crate::domain::key_rotations::Grace;
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// How a key is rotated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    /// Seconds for which the old secret works on, 0 to 604,800 (7 days). Default 0: it is refused when this answers.
    #[schema(example = 86400, minimum = 0, maximum = 604_800, default = 0)]
    pub grace_seconds: i64,
    /// From when on the key shall no longer work (RFC 3339, at most 10 years away), or null: never. Left out: as before.
    #[serde(deserialize_with = "key_views::given")]
    #[schema(value_type = Option<String>, example = "2027-02-18T00:00:00Z", format = "date-time")]
    pub expires_at: Option<Option<String>>,
}

/// Rotate a key
///
/// Same id, same settings, another secret: it stands in `key` of this answer alone. Without `grace_seconds` the old
/// secret is refused when this answers. While an older secret still works, another rotation with a grace replaces the new
/// secret if nobody has used it: whoever lost the answer asks again. A key may rotate itself. An expired key needs a new `expires_at`, and its old
/// secret ends at once. With an `Idempotency-Key` header a repeated request changes nothing and is answered without
/// `key`.
#[utoipa::path(
    post,
    path = "/api/v1/auth/api-keys/{id}/rotate",
    operation_id = "rotateKey",
    tag = "Keys",
    request_body = Rotation,
    params(
        ("id" = String, Path, description = "Identifier of the key"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless; at most 64 characters"),
    ),
    responses(
        (
            status = 200,
            description = "The key, with its new text in `key` unless the request was made before",
            body = key_views::Key,
        ),
        (
            status = 403,
            description = "The key lacks api-keys:write, the other key has more rights, or a key would extend its own life",
            body = Problem,
        ),
        (
            status = 409,
            description = "key-revoked; rotation-running while an older secret still works, the new one was used, and a grace is asked for; \
                key-limit-reached when an expired key would come back; or idempotency-key-reused when the first \
                request under it asked for something else",
            body = Problem,
        ),
        (
            status = 422,
            description = "A member is unknown or wrong, or an expired key gets no new expiration",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create(
    request: HttpRequest,
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<Rotation>,
) -> Answer<HttpResponse> {
    let (by, id) = (caller.actor(), id.parse::<KeyId>()?);
    let grace = Grace::of_seconds(wanted.grace_seconds)
        .map_err(|text| Error::invalid("grace_seconds", text))?;
    let expires_at = wanted
        .expires_at
        .map(|at| at.as_deref().map_or(Ok(None), expiry_of_instant))
        .transpose()
        .map_err(|text| Error::invalid("expires_at", text))?;
    let (idempotency_key, inside) = (idempotency_key(&request)?, state.clone());
    let rotated = state
        .change(by, move |conn, by| {
            let peppers = inside.index().peppers();
            let how = Rotating {
                pepper: peppers.newest()?,
                master_keys: &inside.master_keys,
                grace,
                expires_at,
                reason: "",
                replaces_unused: true,
                idempotency_key: idempotency_key.as_deref(),
            };
            key_rotations::rotate(conn, by, id, how)
        })
        .await?;
    let (key, secret) = match rotated {
        Rotated::New(key, secret) => (key, Some(secret)),
        Rotated::Replayed(key) => (key, None),
    };
    Ok(HttpResponse::Ok().json(key_views::Key::new(key, secret.as_ref(), caller.now)))
}
