//! `…/integrations/{slug}/credentials`: credentials of the organisation or of a project, saved, made current, removed.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::integration_views::{Credential, NewCredential};
use crate::actions::{credentials, integrations};
use crate::domain::id::CredentialId;
use crate::domain::integration::{Input, Level};
use crate::domain::key::expiry_of_instant;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// Save a credential of the organisation
///
/// It takes the place of the current one, to which one can go back for 24 hours, and switches the integration on; with
/// `current` false it stands by. No answer repeats the secret but that of the effective credential.
#[utoipa::path(
    post,
    path = "/api/v1/integrations/{slug}/credentials",
    operation_id = "createCredential",
    tag = "Integrations",
    request_body = NewCredential,
    params(("slug" = String, Path, description = "The integration's name in addresses", example = "openai")),
    responses(
        (status = 201, description = "The credential, without its secret", body = Credential),
        (status = 403, description = "The key lacks integrations:write, or belongs to a project", body = Problem),
        (status = 409, description = "credential-limit-reached", body = Problem),
        (
            status = 422,
            description = "A member is unknown or wrong, the name is taken, or nothing of this integration can be shared",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create(
    caller: Caller,
    state: web::Data<State>,
    slug: web::Path<String>,
    StrictJson(wanted): StrictJson<NewCredential>,
) -> Answer<HttpResponse> {
    save(&caller, &state, &slug, Level::Organization, wanted).await
}

/// Save a credential of a project
///
/// It takes precedence over the organisation's.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/integrations/{slug}/credentials",
    operation_id = "createProjectCredential",
    tag = "Integrations",
    request_body = NewCredential,
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
    ),
    responses(
        (status = 201, description = "The credential, without its secret", body = Credential),
        (status = 403, description = "The key lacks integrations:write, or belongs to another project", body = Problem),
        (status = 409, description = "credential-limit-reached or project-archived", body = Problem),
        (
            status = 422,
            description = "A member is unknown or wrong, the name is taken, or nothing of this integration can be shared",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn create_of_project(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    StrictJson(wanted): StrictJson<NewCredential>,
) -> Answer<HttpResponse> {
    let (project, slug) = path.into_inner();
    let level = Level::Project(project.parse()?);
    save(&caller, &state, &slug, level, wanted).await
}

/// Make a credential of the organisation current
///
/// The one that stands by, or, for 24 hours, the one before. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/integrations/{slug}/credentials/{id}/make-current",
    operation_id = "makeCredentialCurrent",
    tag = "Integrations",
    params(
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
        ("id" = String, Path, description = "Identifier of the credential"),
    ),
    responses(
        (status = 200, description = "The credential as it is now", body = Credential),
        (status = 403, description = "The key lacks integrations:write, or belongs to a project", body = Problem),
        (status = 409, description = "going-back-is-over", body = Problem),
        (status = 422, description = "Nothing of this integration can be shared", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn make_current(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Answer<HttpResponse> {
    let (slug, id) = path.into_inner();
    take_up(&caller, &state, (&slug, &id), Level::Organization).await
}

/// Make a credential of a project current
///
/// The one that stands by, or, for 24 hours, the one before. No body is needed.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/integrations/{slug}/credentials/{id}/make-current",
    operation_id = "makeProjectCredentialCurrent",
    tag = "Integrations",
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
        ("id" = String, Path, description = "Identifier of the credential"),
    ),
    responses(
        (status = 200, description = "The credential as it is now", body = Credential),
        (status = 403, description = "The key lacks integrations:write, or belongs to another project", body = Problem),
        (status = 409, description = "going-back-is-over or project-archived", body = Problem),
        (status = 422, description = "Nothing of this integration can be shared", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn make_current_of_project(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String, String)>,
) -> Answer<HttpResponse> {
    let (project, slug, id) = path.into_inner();
    let level = Level::Project(project.parse()?);
    take_up(&caller, &state, (&slug, &id), level).await
}

/// Remove a credential of the organisation
///
/// Its secret is destroyed. When it was the last one that applied, the integration is switched off.
#[utoipa::path(
    delete,
    path = "/api/v1/integrations/{slug}/credentials/{id}",
    operation_id = "removeCredential",
    tag = "Integrations",
    params(
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
        ("id" = String, Path, description = "Identifier of the credential"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 422, description = "Nothing of this integration can be shared", body = Problem),
        (status = 403, description = "The key lacks integrations:write, or belongs to a project", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn destroy(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Answer<HttpResponse> {
    let (slug, id) = path.into_inner();
    remove(&caller, &state, (&slug, &id), Level::Organization).await
}

/// Remove a credential of a project
///
/// Its secret is destroyed. When it was current, the project gets the organisation's again, unless it refuses that.
#[utoipa::path(
    delete,
    path = "/api/v1/projects/{project}/integrations/{slug}/credentials/{id}",
    operation_id = "removeProjectCredential",
    tag = "Integrations",
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
        ("id" = String, Path, description = "Identifier of the credential"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 422, description = "Nothing of this integration can be shared", body = Problem),
        (status = 403, description = "The key lacks integrations:write, or belongs to another project", body = Problem),
        (status = 409, description = "project-archived", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn destroy_of_project(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String, String)>,
) -> Answer<HttpResponse> {
    let (project, slug, id) = path.into_inner();
    let level = Level::Project(project.parse()?);
    remove(&caller, &state, (&slug, &id), level).await
}

async fn save(
    caller: &Caller,
    state: &web::Data<State>,
    slug: &str,
    level: Level,
    wanted: NewCredential,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    let entry = state.catalogue.find(slug).ok_or(Error::NotFound)?;
    let target = integrations::Target::new(entry, level)?;
    let expires_at = wanted
        .expires_at
        .as_deref()
        .map_or(Ok(None), expiry_of_instant);
    let input = Input {
        name: wanted.name.as_deref().unwrap_or_default(),
        environment: wanted.environment.as_deref().unwrap_or_default(),
        expires_at,
        fields: wanted
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
    };
    let draft = input.check(entry, by.now)?;
    let (inside, current) = (state.clone(), wanted.current.unwrap_or(true));
    let saved = state
        .change(by, move |conn, by| {
            credentials::save(conn, by, &inside.master_keys, &target, &draft, current)
        })
        .await?;
    Ok(HttpResponse::Created().json(Credential::new(&saved)))
}

async fn take_up(
    caller: &Caller,
    state: &State,
    (slug, id): (&str, &str),
    level: Level,
) -> Answer<HttpResponse> {
    let (target, id) = named(state, slug, id, level)?;
    let by = caller.actor();
    let credential = state
        .change(by, move |conn, by| {
            credentials::make_current(conn, by, &target, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Credential::new(&credential)))
}

async fn remove(
    caller: &Caller,
    state: &State,
    (slug, id): (&str, &str),
    level: Level,
) -> Answer<HttpResponse> {
    let (target, id) = named(state, slug, id, level)?;
    let by = caller.actor();
    state
        .change(by, move |conn, by| {
            credentials::remove(conn, by, &target, id)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The integration and the credential that an address names.
fn named(
    state: &State,
    slug: &str,
    id: &str,
    level: Level,
) -> Result<(integrations::Target, CredentialId)> {
    let entry = state.catalogue.find(slug).ok_or(Error::NotFound)?;
    Ok((integrations::Target::new(entry, level)?, id.parse()?))
}
