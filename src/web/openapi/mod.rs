//! The OpenAPI document, made from the code beside each handler, and what all operations share.

mod links;
mod operations;
mod prose;
mod refusals;
mod revisions;
mod schemes;
mod words;

use actix_web::{HttpResponse, web};
use utoipa::OpenApi;

use self::links::Links;
use self::prose::Prose;
use self::refusals::Refusals;
use self::revisions::Revisions;
use self::schemes::Schemes;
use self::words::Words;
use super::api::{
    audit, credentials, group_views, groups, integration_views, integrations, key_lists,
    key_rotation_ends, key_rotations, key_suspensions, key_updates, key_views, keys,
    project_integrations, project_views, projects, resolutions, whoami,
};
use super::audit_rows;
use super::edges::{
    batch, forward_auth, introspection, oauth_views, revocation, verify, views as verdict_views,
};
use super::failure::Answer;
use super::json_text::JsonText;
use super::problem::Problem;
use super::state::{State, block};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Keystead API",
        description = "API keys for multi-tenant products: manage a tenant's keys with one of them, and ask whether a \
                       key may do something, now, from here.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        key_lists::index,
        keys::create,
        keys::show,
        key_updates::update,
        key_rotations::create,
        key_rotation_ends::extend,
        key_rotation_ends::finish,
        key_rotation_ends::cancel,
        key_suspensions::disable,
        key_suspensions::enable,
        keys::destroy,
        groups::index,
        groups::create,
        groups::show,
        groups::update,
        groups::destroy,
        projects::index,
        projects::create,
        projects::show,
        projects::update,
        projects::archive,
        projects::restore,
        integrations::index,
        integrations::show,
        integrations::update,
        credentials::create,
        credentials::make_current,
        credentials::destroy,
        project_integrations::index,
        project_integrations::show,
        project_integrations::update,
        credentials::create_of_project,
        credentials::make_current_of_project,
        credentials::destroy_of_project,
        resolutions::show,
        resolutions::report,
        audit::index,
        whoami::show,
        verify::create,
        batch::create,
        forward_auth::show,
        introspection::create,
        revocation::create,
    ),
    components(schemas(
        key_views::Key,
        key_views::NewKey,
        key_views::KeyUpdate,
        key_rotations::Rotation,
        key_rotation_ends::RotationExtension,
        key_views::RateLimit,
        group_views::AuthorizationGroup,
        group_views::NewAuthorizationGroup,
        group_views::AuthorizationGroupUpdate,
        project_views::Project,
        project_views::NewProject,
        project_views::ProjectUpdate,
        integration_views::Integration,
        integration_views::IntegrationUpdate,
        integration_views::CredentialField,
        integration_views::Credential,
        integration_views::NewCredential,
        integration_views::ProjectIntegration,
        integration_views::ProjectIntegrationUpdate,
        integration_views::EffectiveCredential,
        integration_views::ResolvedCredential,
        integration_views::Refusal,
        audit_rows::AuditRow,
        verdict_views::Question<'_>,
        verdict_views::Verdict<'_>,
        verdict_views::Questions<'_>,
        verdict_views::Verdicts<'_>,
        verdict_views::RateLimitState,
        Problem,
        oauth_views::TokenQuestion,
        oauth_views::TokenToRevoke,
        oauth_views::Introspection,
        oauth_views::OauthError,
    )),
    tags(
        (name = "Keys", description = "Keys of the tenant to which the presented key belongs"),
        (name = "Authorization groups", description = "Named sets of scopes of that tenant"),
        (name = "Projects", description = "Parts of that tenant"),
        (name = "Integrations", description = "Third parties' credentials, shared by that tenant or kept by one of its projects"),
        (name = "Audit log", description = "Who did what in that tenant, when and from where"),
        (name = "Verification", description = "Questions of APIs and gateways"),
        (name = "OAuth", description = "The same for OAuth libraries")
    ),
    modifiers(&Schemes, &Words, &Links, &Refusals, &Revisions, &Prose)
)]
struct Document;

/// The document for an address.
pub fn document(base_url: &str) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.servers = Some(vec![utoipa::openapi::Server::new(base_url)]);
    document
}

/// `GET /api/v1/openapi.json`.
///
/// # Errors
/// None in practice.
pub async fn show(state: web::Data<State>) -> Answer<HttpResponse> {
    let document = block(move || JsonText::of(&document(&state.site.base_url))).await?;
    Ok(document.send(HttpResponse::Ok()))
}
