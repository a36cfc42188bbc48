//! `/api/v1/projects/{project}/integrations`: which credential applies in a project, and why.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::integration_views::{ProjectIntegration, ProjectIntegrationUpdate};
use crate::actions::effective_credentials;
use crate::actions::integrations::{self, Target};
use crate::domain::Error;
use crate::domain::id::ProjectId;
use crate::domain::integration::Level;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// Begins the sentence about a key that asks for another project.
const ASKS: &str = "A key can't ask about integrations";

/// List a project's integrations
///
/// The whole catalogue by name: which credential the project gets, and why. No secret is in it.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/integrations",
    operation_id = "listProjectIntegrations",
    tag = "Integrations",
    params(("project" = String, Path, description = "Identifier of the project")),
    responses(
        (status = 200, description = "The integrations", body = Vec<ProjectIntegration>),
        (status = 403, description = "The key lacks integrations:read, or belongs to another project", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(
    caller: Caller,
    state: web::Data<State>,
    project: web::Path<String>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeIntegrations)?;
    let project: ProjectId = project.parse()?;
    by.must_reach(Some(project), ASKS)?;
    let catalogue = Arc::clone(&state.catalogue);
    let all = state
        .snapshot(move |conn| {
            let all = effective_credentials::of_project(conn, by.tenant, project)?;
            let nothing = effective_credentials::OfProject::default();
            let all = catalogue.iter().map(|entry| {
                ProjectIntegration::new(entry, all.get(&entry.slug).unwrap_or(&nothing))
            });
            JsonText::of(&all.collect::<Vec<_>>())
        })
        .await?;
    Ok(all.send(HttpResponse::Ok()))
}

/// Get a project's integration
///
/// Which credential the project gets, and why. No secret is in it.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/integrations/{slug}",
    operation_id = "getProjectIntegration",
    tag = "Integrations",
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
    ),
    responses(
        (status = 200, description = "The integration", body = ProjectIntegration),
        (status = 403, description = "The key lacks integrations:read, or belongs to another project", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Answer<HttpResponse> {
    let (project, slug) = path.into_inner();
    caller.actor().must_hold(Right::SeeIntegrations)?;
    answer(&caller, &state, project.parse()?, &slug).await
}

/// Take or refuse the organisation's credential
///
/// A project that does not inherit has none where it has none of its own.
#[utoipa::path(
    patch,
    path = "/api/v1/projects/{project}/integrations/{slug}",
    operation_id = "updateProjectIntegration",
    tag = "Integrations",
    request_body = ProjectIntegrationUpdate,
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
    ),
    responses(
        (status = 200, description = "The integration as it is now", body = ProjectIntegration),
        (status = 403, description = "The key lacks integrations:write, or belongs to another project", body = Problem),
        (status = 409, description = "project-archived", body = Problem),
        (
            status = 422,
            description = "A member is unknown or wrong, or nothing of this integration can be shared",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn update(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    StrictJson(wanted): StrictJson<ProjectIntegrationUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    let (project, slug) = path.into_inner();
    let project: ProjectId = project.parse()?;
    let entry = state.catalogue.find(&slug).ok_or(Error::NotFound)?;
    let target = Target::new(entry, Level::Project(project))?;
    let inherits = wanted
        .inherits
        .ok_or_else(|| Error::invalid("inherits", "Say true or false."))?;
    state
        .change(by, move |conn, by| {
            integrations::set_blocked(conn, by, &target, !inherits)
        })
        .await?;
    answer(&caller, &state, project, &slug).await
}

async fn answer(
    caller: &Caller,
    state: &State,
    project: ProjectId,
    slug: &str,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_reach(Some(project), ASKS)?;
    let entry = state.catalogue.find(slug).ok_or(Error::NotFound)?;
    let mut all = state
        .snapshot(move |conn| effective_credentials::of_project(conn, by.tenant, project))
        .await?;
    let of = all.remove(slug).unwrap_or_default();
    Ok(HttpResponse::Ok().json(ProjectIntegration::new(entry, &of)))
}
