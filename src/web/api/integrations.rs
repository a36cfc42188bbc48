//! `/api/v1/integrations`: third parties' credentials that the organisation shares with its projects.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::integration_views::{Integration, IntegrationUpdate};
use crate::actions::effective_credentials;
use crate::actions::integrations::{self, Target};
use crate::domain::integration::Level;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// List integrations
///
/// The whole catalogue by name, with what the organisation has of each.
#[utoipa::path(
    get,
    path = "/api/v1/integrations",
    operation_id = "listIntegrations",
    tag = "Integrations",
    responses(
        (status = 200, description = "The integrations", body = Vec<Integration>),
        (status = 403, description = "The key lacks integrations:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeIntegrations)?;
    let catalogue = Arc::clone(&state.catalogue);
    let all = state
        .snapshot(move |conn| {
            let level = Level::Organization;
            let mut kept = effective_credentials::of_level(conn, by.tenant, level)?;
            let all = catalogue.iter().map(|entry| {
                let kept = kept.remove(&entry.slug).unwrap_or_default();
                Integration::new(entry, &kept)
            });
            JsonText::of(&all.collect::<Vec<_>>())
        })
        .await?;
    Ok(all.send(HttpResponse::Ok()))
}

/// Get an integration
///
/// What the organisation has of it.
#[utoipa::path(
    get,
    path = "/api/v1/integrations/{slug}",
    operation_id = "getIntegration",
    tag = "Integrations",
    params(("slug" = String, Path, description = "The integration's name in addresses", example = "openai")),
    responses(
        (status = 200, description = "The integration", body = Integration),
        (status = 403, description = "The key lacks integrations:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    slug: web::Path<String>,
) -> Answer<HttpResponse> {
    caller.actor().must_hold(Right::SeeIntegrations)?;
    answer(&caller, &state, &slug).await
}

/// Switch an integration on or off
///
/// On: projects without a credential of their own get the organisation's. Off: they no longer do; the credentials are
/// kept, unless they are to be destroyed.
#[utoipa::path(
    patch,
    path = "/api/v1/integrations/{slug}",
    operation_id = "updateIntegration",
    tag = "Integrations",
    request_body = IntegrationUpdate,
    params(("slug" = String, Path, description = "The integration's name in addresses", example = "openai")),
    responses(
        (status = 200, description = "The integration as it is now", body = Integration),
        (status = 403, description = "The key lacks integrations:write, or belongs to a project", body = Problem),
        (status = 409, description = "no-credential: there is none that projects could get", body = Problem),
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
    slug: web::Path<String>,
    StrictJson(wanted): StrictJson<IntegrationUpdate>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    let entry = state.catalogue.find(&slug).ok_or(Error::NotFound)?;
    let target = Target::new(entry, Level::Organization)?;
    let destroy = wanted.destroy_credentials.unwrap_or_default();
    let enabled = wanted
        .enabled
        .ok_or_else(|| Error::invalid("enabled", "Say true or false."))?;
    if enabled && destroy {
        let text = "Only an integration that is switched off can lose its credentials.";
        return Err(Error::invalid("destroy_credentials", text).into());
    }
    state
        .change(by, move |conn, by| {
            if enabled {
                integrations::enable(conn, by, &target)
            } else {
                integrations::disable(conn, by, &target, destroy)
            }
        })
        .await?;
    answer(&caller, &state, &slug).await
}

async fn answer(caller: &Caller, state: &State, slug: &str) -> Answer<HttpResponse> {
    let view = view(caller, state, slug).await?;
    Ok(HttpResponse::Ok().json(view))
}

async fn view(caller: &Caller, state: &State, slug: &str) -> Result<Integration> {
    let entry = state.catalogue.find(slug).ok_or(Error::NotFound)?;
    let tenant = caller.tenant_id;
    let mut kept = state
        .snapshot(move |conn| effective_credentials::of_level(conn, tenant, Level::Organization))
        .await?;
    let kept = kept.remove(slug).unwrap_or_default();
    Ok(Integration::new(entry, &kept))
}
