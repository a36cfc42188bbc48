//! `/api/v1/projects`: the parts of the tenant.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::project_views::{NewProject, Project, ProjectUpdate};
use crate::actions::projects;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::ProjectId;
use crate::domain::project::{Changes, Input};
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// List projects
///
/// By name, archived ones included; at most 500.
#[utoipa::path(
    get,
    path = "/api/v1/projects",
    operation_id = "listProjects",
    tag = "Projects",
    responses(
        (status = 200, description = "The projects", body = Vec<Project>),
        (status = 403, description = "The key lacks projects:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeProjects)?;
    let all = state
        .read(move |conn| {
            let all = db::projects::list(conn, by.tenant)?.into_iter();
            JsonText::of(&all.map(Project::new).collect::<Vec<_>>())
        })
        .await?;
    Ok(all.send(HttpResponse::Ok()))
}

/// Create a project
///
/// Its name is unique in the tenant, archived projects included.
#[utoipa::path(
    post,
    path = "/api/v1/projects",
    operation_id = "createProject",
    tag = "Projects",
    request_body = NewProject,
    responses(
        (status = 201, description = "The new project", body = Project),
        (status = 403, description = "The key lacks projects:write", body = Problem),
        (
            status = 409,
            description = "project-limit-reached: a tenant can have 500 projects, archived ones included",
            body = Problem,
        ),
        (status = 422, description = "A member is unknown or wrong, or the name is taken", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create(
    caller: Caller,
    state: web::Data<State>,
    StrictJson(wanted): StrictJson<NewProject>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeProjects)?;
    let input = Input {
        name: &wanted.name,
        description: wanted.description.as_deref().unwrap_or_default(),
    };
    let draft = input.check()?;
    let project = state
        .change(by, move |conn, by| projects::create(conn, by, &draft))
        .await?;
    let place = format!("/api/v1/projects/{}", project.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, place))
        .json(Project::new(project)))
}

/// Get a project
///
/// Its name, and whether it is archived.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{id}",
    operation_id = "getProject",
    tag = "Projects",
    params(("id" = String, Path, description = "Identifier of the project")),
    responses(
        (status = 200, description = "The project", body = Project),
        (status = 403, description = "The key lacks projects:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeProjects)?;
    let id: ProjectId = id.parse()?;
    let project = state
        .read(move |conn| db::projects::find(conn, by.tenant, id))
        .await?;
    Ok(HttpResponse::Ok().json(Project::new(project)))
}

/// Change a project
///
/// Members that are left out stay as they are.
#[utoipa::path(
    patch,
    path = "/api/v1/projects/{id}",
    operation_id = "updateProject",
    tag = "Projects",
    request_body = ProjectUpdate,
    params(("id" = String, Path, description = "Identifier of the project")),
    responses(
        (status = 200, description = "The project as it is now", body = Project),
        (status = 403, description = "The key lacks projects:write", body = Problem),
        (status = 422, description = "A member is unknown or wrong, or the name is taken", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
    StrictJson(wanted): StrictJson<ProjectUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeProjects)?;
    let id: ProjectId = id.parse()?;
    let changes = Changes {
        name: wanted.name.as_deref(),
        description: wanted.description.as_deref(),
    };
    let update = changes.check()?;
    let project = state
        .change(by, move |conn, by| {
            projects::update(conn, by, id, update, None)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Project::new(project)))
}

/// Archive a project
///
/// It can be restored. Archiving again answers the same. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/archive",
    operation_id = "archiveProject",
    tag = "Projects",
    params(("id" = String, Path, description = "Identifier of the project")),
    responses(
        (status = 200, description = "The project as it is now", body = Project),
        (status = 403, description = "The key lacks projects:write", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn archive(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    switch(caller, &state, id.parse()?, projects::archive).await
}

/// Restore a project
///
/// Takes an archived project up again. Restoring again answers the same. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/restore",
    operation_id = "restoreProject",
    tag = "Projects",
    params(("id" = String, Path, description = "Identifier of the project")),
    responses(
        (status = 200, description = "The project as it is now", body = Project),
        (status = 403, description = "The key lacks projects:write", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn restore(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    switch(caller, &state, id.parse()?, projects::restore).await
}

async fn switch(
    caller: Caller,
    state: &State,
    id: ProjectId,
    action: fn(&mut Conn, &Actor, ProjectId) -> Result<db::projects::Project>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    let project = state
        .change(by, move |conn, by| action(conn, by, id))
        .await?;
    Ok(HttpResponse::Ok().json(Project::new(project)))
}
