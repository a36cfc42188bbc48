//! `PATCH /api/v1/auth/api-keys/{id}`: changes of a key that exists.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::key_changes::change;
use super::key_views;
use crate::actions::key_updates;
use crate::db::Conn;
use crate::domain::id::KeyId;
use crate::domain::key::expiry_of_instant;
use crate::domain::key_updates::Input;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// Change a key
///
/// Members that are left out stay as they are. When this answers, the next verification goes by what was changed.
#[utoipa::path(
    patch,
    path = "/api/v1/auth/api-keys/{id}",
    operation_id = "updateKey",
    tag = "Keys",
    request_body = key_views::KeyUpdate,
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 200, description = "The key as it is now", body = key_views::Key),
        (
            status = 403,
            description = "The key lacks api-keys:write, or this needs more rights than it has",
            body = Problem,
        ),
        (
            status = 409,
            description = "key-revoked, or key-limit-reached when an expired key would come back",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<key_views::KeyUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeKeys)?;
    let id: KeyId = id.parse()?;
    let expiry = wanted
        .expires_at
        .as_ref()
        .map(|at| at.as_deref().map_or(Ok(None), expiry_of_instant));
    let update = input(&wanted).check(by.now, expiry)?;
    let action = move |conn: &mut Conn, by: &Actor, id| key_updates::update(conn, by, id, &update);
    change(caller, &state, id, action).await
}

/// Null empties a text; where empty makes no sense the check says so.
fn input(wanted: &key_views::KeyUpdate) -> Input<'_> {
    fn text(member: Option<&Option<String>>) -> Option<&str> {
        member.map(|text| text.as_deref().unwrap_or_default())
    }
    Input {
        name: text(wanted.name.as_ref()),
        description: text(wanted.description.as_ref()),
        group: text(wanted.authorization_group.as_ref()),
        project: wanted.project.as_ref().map(Option::as_deref),
        owner: text(wanted.owner.as_ref()),
        ip_allowlist: wanted.ip_allowlist.as_ref().map(|list| {
            let list = list.as_ref()?;
            Some(list.iter().map(String::as_str).collect())
        }),
        ip_allowlist_mode: text(wanted.ip_allowlist_mode.as_ref()),
        rate_limit: wanted
            .rate_limit
            .as_ref()
            .map(|limit| limit.as_ref().map(key_views::RateLimit::input)),
    }
}
