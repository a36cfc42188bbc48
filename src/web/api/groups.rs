//! `/api/v1/auth/authorization-groups`: the tenant's named sets of scopes.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::group_views::{AuthorizationGroup, AuthorizationGroupUpdate, NewAuthorizationGroup};
use crate::actions::groups;
use crate::db;
use crate::domain::group::Input;
use crate::domain::id::GroupId;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// List authorization groups
///
/// The built-in ones first, then by name; at most 200.
#[utoipa::path(
    get,
    path = "/api/v1/auth/authorization-groups",
    operation_id = "listAuthorizationGroups",
    tag = "Authorization groups",
    responses(
        (status = 200, description = "The groups", body = Vec<AuthorizationGroup>),
        (status = 403, description = "The key lacks authorization-groups:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeGroups)?;
    let all = state
        .snapshot(move |conn| {
            let all = groups::list(conn, by.tenant)?.into_iter();
            let all = all.map(|(group, keys)| AuthorizationGroup::new(group, keys));
            JsonText::of(&all.collect::<Vec<_>>())
        })
        .await?;
    Ok(all.send(HttpResponse::Ok()))
}

/// Create an authorization group
///
/// A key can't create a group with more rights than its own.
#[utoipa::path(
    post,
    path = "/api/v1/auth/authorization-groups",
    operation_id = "createAuthorizationGroup",
    tag = "Authorization groups",
    request_body = NewAuthorizationGroup,
    responses(
        (status = 201, description = "The new group", body = AuthorizationGroup),
        (
            status = 403,
            description = "The key lacks authorization-groups:write, or the group would have more rights than the key",
            body = Problem,
        ),
        (status = 409, description = "group-limit-reached: a tenant can have 200 groups", body = Problem),
        (status = 422, description = "A member is unknown or wrong, or the name is taken", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create(
    caller: Caller,
    state: web::Data<State>,
    StrictJson(wanted): StrictJson<NewAuthorizationGroup>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeGroups)?;
    let input = Input {
        name: &wanted.name,
        summary: wanted.summary.as_deref().unwrap_or_default(),
        scopes: wanted.scopes.iter().map(String::as_str).collect(),
    };
    let draft = input.check()?;
    let group = state
        .change(by, move |conn, by| groups::create(conn, by, &draft))
        .await?;
    let place = format!("/api/v1/auth/authorization-groups/{}", group.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, place))
        .json(AuthorizationGroup::new(group, 0)))
}

/// Get an authorization group
///
/// What it grants, and how many keys use it.
#[utoipa::path(
    get,
    path = "/api/v1/auth/authorization-groups/{id}",
    operation_id = "getAuthorizationGroup",
    tag = "Authorization groups",
    params(("id" = String, Path, description = "Identifier of the group")),
    responses(
        (status = 200, description = "The group", body = AuthorizationGroup),
        (status = 403, description = "The key lacks authorization-groups:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeGroups)?;
    let id: GroupId = id.parse()?;
    let (group, keys) = state
        .snapshot(move |conn| groups::find(conn, by.tenant, id))
        .await?;
    Ok(HttpResponse::Ok().json(AuthorizationGroup::new(group, keys)))
}

/// Change an authorization group
///
/// Members that are left out stay as they are. When this answers, the next verification of every key in the group
/// goes by what was changed. A key can't change the group that it is in.
#[utoipa::path(
    patch,
    path = "/api/v1/auth/authorization-groups/{id}",
    operation_id = "updateAuthorizationGroup",
    tag = "Authorization groups",
    request_body = AuthorizationGroupUpdate,
    params(("id" = String, Path, description = "Identifier of the group")),
    responses(
        (status = 200, description = "The group as it is now", body = AuthorizationGroup),
        (
            status = 403,
            description = "The key lacks authorization-groups:write, is in the group, or this needs more rights than it has",
            body = Problem,
        ),
        (
            status = 409,
            description = "group-built-in, or group-changed when another change came first",
            body = Problem,
        ),
        (status = 422, description = "A member is unknown or wrong, or the name is taken", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<AuthorizationGroupUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeGroups)?;
    let id: GroupId = id.parse()?;
    let (group, keys) = state
        .change(by, move |conn, by| {
            let group = db::groups::find_by_id(conn, by.tenant, id)?;
            let kept = || group.scopes.list().iter().map(String::as_str).collect();
            let input = Input {
                name: wanted.name.as_deref().unwrap_or(&group.name),
                summary: wanted.summary.as_deref().unwrap_or(&group.summary),
                scopes: wanted
                    .scopes
                    .as_ref()
                    .map_or_else(kept, |list| list.iter().map(String::as_str).collect()),
            };
            let shown = groups::version(&group);
            groups::update(conn, by, id, &input.check()?, Some(&shown))?;
            groups::find(conn, by.tenant, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(AuthorizationGroup::new(group, keys)))
}

/// Delete an authorization group
///
/// Only one that no key uses; revoked keys don't count.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/authorization-groups/{id}",
    operation_id = "deleteAuthorizationGroup",
    tag = "Authorization groups",
    params(("id" = String, Path, description = "Identifier of the group")),
    responses(
        (status = 204, description = "The group is gone"),
        (
            status = 403,
            description = "The key lacks authorization-groups:write, or the group has more rights than the key",
            body = Problem,
        ),
        (status = 409, description = "group-in-use, or group-built-in", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn destroy(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeGroups)?;
    let id: GroupId = id.parse()?;
    state
        .change(by, move |conn, by| groups::delete(conn, by, id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
