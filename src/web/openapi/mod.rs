//! The OpenAPI document, made from the code beside each handler, and what all operations share.

mod credentials;
mod links;
mod operations;
mod prose;
mod refusals;
mod words;

use actix_web::{HttpResponse, web};
use utoipa::OpenApi;

use self::credentials::Credentials;
use self::links::Links;
use self::prose::Prose;
use self::refusals::Refusals;
use self::words::Words;
use super::api::{
    group_views, groups, key_lists, key_rotations, key_suspensions, key_updates, key_views, keys,
    project_views, projects, whoami,
};
use super::edges::{
    batch, forward_auth, introspection, oauth_views, revocation, verify, views as verdict_views,
};
use super::failure::Answer;
use super::problem::Problem;
use super::state::State;

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
        key_views::RateLimit,
        group_views::AuthorizationGroup,
        group_views::NewAuthorizationGroup,
        group_views::AuthorizationGroupUpdate,
        project_views::Project,
        project_views::NewProject,
        project_views::ProjectUpdate,
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
        (name = "Verification", description = "Questions of APIs and gateways"),
        (name = "OAuth", description = "The same for OAuth libraries")
    ),
    modifiers(&Credentials, &Words, &Links, &Refusals, &Prose)
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
    Ok(HttpResponse::Ok().json(document(&state.site.base_url)))
}
