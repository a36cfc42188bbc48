//! `/api/v1/auth/authorization-groups`: the tenant's named sets of scopes.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::group_views::{AuthorizationGroup, AuthorizationGroupUpdate, NewAuthorizationGroup};
use super::strict_json::StrictJson;
use super::views;
use crate::actions::groups;
use crate::db;
use crate::domain::group::Wish;
use crate::domain::id::GroupId;
use crate::web::errors::Answer;
use crate::web::state::State;

/// Lists the tenant's groups, the built-in ones first, then by name.
///
/// # Errors
/// `Forbidden` without the scope `authorization-groups:read`.
#[utoipa::path(get, path = "/api/v1/auth/authorization-groups", operation_id = "listAuthorizationGroups", summary = "List authorization groups",
    description = "The built-in ones first, then by name; at most 200.", tag = "Authorization groups",
    responses((status = 200, description = "The groups", body = Vec<AuthorizationGroup>), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks authorization-groups:read", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn index(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(groups::READ)?;
    let groups = state
        .snapshot(move |conn| groups::list(conn, by.tenant))
        .await?;
    let groups: Vec<AuthorizationGroup> = groups
        .into_iter()
        .map(|(group, keys)| AuthorizationGroup::new(group, keys))
        .collect();
    Ok(HttpResponse::Ok().json(groups))
}

/// Creates a group.
///
/// # Errors
/// `Forbidden` without `authorization-groups:write`, or for scopes beyond the caller's; `Invalid`; a conflict
/// `group-limit-reached`.
#[utoipa::path(post, path = "/api/v1/auth/authorization-groups", operation_id = "createAuthorizationGroup", summary = "Create an authorization group",
    description = "A key can't create a group with more rights than its own.", tag = "Authorization groups", request_body = NewAuthorizationGroup,
    responses((status = 201, description = "The new group", body = AuthorizationGroup), (status = 400, description = "Not JSON, or a member twice", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks authorization-groups:write, or the group would have more rights than the key", body = views::Problem), (status = 409, description = "group-limit-reached: a tenant can have 200 groups", body = views::Problem), (status = 415, description = "Not application/json", body = views::Problem), (status = 422, description = "A member is unknown or wrong, or the name is taken", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn create(
    caller: Caller,
    state: web::Data<State>,
    StrictJson(wanted): StrictJson<NewAuthorizationGroup>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(groups::WRITE)?;
    let wish = Wish {
        name: &wanted.name,
        summary: wanted.summary.as_deref().unwrap_or_default(),
        scopes: wanted.scopes.iter().map(String::as_str).collect(),
    };
    let draft = wish.check()?;
    let group = state
        .change(move |conn| groups::create(conn, &by, &draft))
        .await?;
    let place = format!("/api/v1/auth/authorization-groups/{}", group.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, place))
        .json(AuthorizationGroup::new(group, 0)))
}

/// One group of the tenant.
///
/// # Errors
/// `NotFound`, also for another tenant's group; `Forbidden` without `authorization-groups:read`.
#[utoipa::path(get, path = "/api/v1/auth/authorization-groups/{id}", operation_id = "getAuthorizationGroup", summary = "Get an authorization group",
    description = "What it grants, and how many keys use it.", tag = "Authorization groups",
    params(("id" = String, Path, description = "Identifier of the group")),
    responses((status = 200, description = "The group", body = AuthorizationGroup), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks authorization-groups:read", body = views::Problem), (status = 404, description = "No such group in this tenant", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(groups::READ)?;
    let id: GroupId = id.parse()?;
    let (group, keys) = state
        .snapshot(move |conn| groups::find(conn, by.tenant, id))
        .await?;
    Ok(HttpResponse::Ok().json(AuthorizationGroup::new(group, keys)))
}

/// Changes a group. When this answers, the next verification of each of its keys goes by what was changed.
///
/// # Errors
/// `NotFound`; `Forbidden` as for [`create`], and for the group that the caller is in; `Invalid`; the conflicts
/// `group-built-in` and `group-changed`.
#[utoipa::path(patch, path = "/api/v1/auth/authorization-groups/{id}", operation_id = "updateAuthorizationGroup", summary = "Change an authorization group",
    description = "Members that are left out stay as they are. When this answers, the next verification of every key in the group goes by what was changed. A key can't change the group that it is in.", tag = "Authorization groups", request_body = AuthorizationGroupUpdate,
    params(("id" = String, Path, description = "Identifier of the group")),
    responses((status = 200, description = "The group as it is now", body = AuthorizationGroup), (status = 400, description = "Not JSON, or a member twice", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks authorization-groups:write, is in the group, or this needs more rights than it has", body = views::Problem), (status = 404, description = "No such group in this tenant", body = views::Problem), (status = 409, description = "group-built-in, or group-changed when another change came first", body = views::Problem), (status = 415, description = "Not application/json", body = views::Problem), (status = 422, description = "A member is unknown or wrong, or the name is taken", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<AuthorizationGroupUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(groups::WRITE)?;
    let id: GroupId = id.parse()?;
    let (group, keys) = state
        .change(move |conn| {
            let group = db::groups::find_by_id(conn, by.tenant, id)?;
            let kept = || group.scopes.split_whitespace().collect();
            let wish = Wish {
                name: wanted.name.as_deref().unwrap_or(&group.name),
                summary: wanted.summary.as_deref().unwrap_or(&group.summary),
                scopes: wanted
                    .scopes
                    .as_ref()
                    .map_or_else(kept, |list| list.iter().map(String::as_str).collect()),
            };
            let shown = groups::version(&group);
            groups::update(conn, &by, id, &wish.check()?, Some(&shown))?;
            groups::find(conn, by.tenant, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(AuthorizationGroup::new(group, keys)))
}

/// Deletes a group that no key uses.
///
/// # Errors
/// `NotFound`; `Forbidden` as for [`update`]; the conflicts `group-built-in` and `group-in-use`.
#[utoipa::path(delete, path = "/api/v1/auth/authorization-groups/{id}", operation_id = "deleteAuthorizationGroup", summary = "Delete an authorization group",
    description = "Only one that no key uses; revoked keys don't count.", tag = "Authorization groups",
    params(("id" = String, Path, description = "Identifier of the group")),
    responses((status = 204, description = "The group is gone"), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 403, description = "The key lacks authorization-groups:write, or the group has more rights than the key", body = views::Problem), (status = 404, description = "No such group in this tenant", body = views::Problem), (status = 409, description = "group-in-use, or group-built-in", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn destroy(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(groups::WRITE)?;
    let id: GroupId = id.parse()?;
    state
        .change(move |conn| groups::delete(conn, &by, id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
