//! Every URL of the product on one screen, and the order of what wraps them.

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_web::cookie::{Key, SameSite};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{guard as when, web};

use super::admin::{
    explanations, field_checks, group_deletions, group_form, groups, home, key_allowlists,
    key_batches, key_deletions, key_disclosures, key_edits, key_form, key_lists, key_lookups,
    key_page, key_revocations, key_rotations, key_suspensions, keys, limit_requests,
    request_exports, requests, rotation_ends, sessions, settings, setup, theme, usage,
    verifier_revocations, verifiers,
};
use super::api;
use super::edges::{batch, ext_authz, forward_auth, introspection, oauth, revocation, verify};
use super::session_store::Store;
use super::state::State;
use super::support::{limit_refusals, limits, tenants};
use super::{assets, compression, docs, errors, health, openapi};

/// Largest body: 64 KiB.
pub const LARGEST_BODY: usize = 64 * 1024;
/// Largest body that holds a key's settings: 256 KiB, so that a list of addresses that is far too long is told what is wrong
/// with it.
const LARGEST_SETTINGS: usize = 256 * 1024;

/// Everything that is served. `cookie_key` signs session cookies.
pub fn configure(app: &mut web::ServiceConfig, state: &web::Data<State>, cookie_key: &Key) {
    app.app_data(state.clone())
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        // Asked most: first, and outside of the scope that wraps the rest of the API.
        .route("/forward-auth", web::to(forward_auth::show))
        .service(web::resource("/api/v1/verify").route(web::post().to(verify::create)))
        .service(
            web::scope("/api/v1")
                .wrap(from_fn(errors::json))
                .configure(rest),
        )
        .service(
            web::scope("/oauth2")
                .wrap(from_fn(oauth::errors))
                .configure(oauth2),
        )
        // Patterns cost every request that is matched against them, so they come behind the plain addresses.
        .route("/ext-authz/{scope_and_path:.*}", web::to(ext_authz::show))
        .route("/healthz", web::get().to(health::live))
        .route("/readyz", web::get().to(health::ready))
        .route("/static/{name}", web::get().to(assets::show))
        .service(
            web::scope("")
                .wrap(from_fn(errors::html))
                .wrap(session(state, cookie_key))
                .wrap(Compress::default())
                .wrap(from_fn(compression::choose))
                .configure(key_pages)
                .configure(group_pages)
                .configure(pages),
        );
}

fn rest(scope: &mut web::ServiceConfig) {
    scope
        .service(
            web::resource("/verify/batch")
                .app_data(web::PayloadConfig::new(batch::LARGEST_BODY))
                .route(web::post().to(batch::create)),
        )
        .service(web::resource("/auth/whoami").route(web::get().to(api::whoami::show)))
        .service(
            web::resource("/auth/api-keys")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(web::get().to(api::key_lists::index))
                .route(web::post().to(api::keys::create)),
        )
        .service(
            web::resource("/auth/api-keys/{id}")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(web::get().to(api::keys::show))
                .route(web::patch().to(api::key_updates::update))
                .route(web::delete().to(api::keys::destroy)),
        )
        .service(
            web::resource("/auth/api-keys/{id}/rotate")
                .route(web::post().to(api::key_rotations::create)),
        )
        .service(
            web::resource("/auth/api-keys/{id}/disable")
                .route(web::post().to(api::key_suspensions::disable)),
        )
        .service(
            web::resource("/auth/api-keys/{id}/enable")
                .route(web::post().to(api::key_suspensions::enable)),
        )
        .service(
            web::resource("/auth/authorization-groups")
                .route(web::get().to(api::groups::index))
                .route(web::post().to(api::groups::create)),
        )
        .service(
            web::resource("/auth/authorization-groups/{id}")
                .route(web::get().to(api::groups::show))
                .route(web::patch().to(api::groups::update))
                .route(web::delete().to(api::groups::destroy)),
        )
        .service(web::resource("/openapi.json").route(web::get().to(openapi::show)));
}

fn oauth2(scope: &mut web::ServiceConfig) {
    scope
        .service(web::resource("/introspect").route(web::post().to(introspection::create)))
        .service(web::resource("/revoke").route(web::post().to(revocation::create)));
}

fn pages(scope: &mut web::ServiceConfig) {
    let read = || web::route().guard(when::Any(when::Get()).or(when::Head()));
    scope
        .service(web::resource("/").route(read().to(home::index)))
        .service(
            web::resource("/setup")
                .route(read().to(setup::new))
                .route(web::post().to(setup::create)),
        )
        .service(
            web::resource("/login")
                .route(read().to(sessions::new))
                .route(web::post().to(sessions::create)),
        )
        .service(web::resource("/logout").route(web::post().to(sessions::destroy)))
        .service(web::resource("/theme").route(web::post().to(theme::update)))
        .service(web::resource("/api/docs").route(read().to(docs::show)))
        .service(
            web::resource("/tenant-api-keys")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(read().to(key_lists::index))
                .route(web::post().to(keys::create)),
        )
        .configure(finding)
        .service(web::resource("/tenant-api-keys/new").route(read().to(key_form::new)))
        .service(
            web::resource("/tenant-api-keys/limit-request")
                .route(read().to(limit_requests::new))
                .route(web::post().to(limit_requests::create)),
        )
        .service(
            web::resource("/tenant-api-keys/limit-request/withdrawal")
                .route(web::post().to(limit_requests::withdraw)),
        )
        .service(web::resource("/tenant-api-keys/{id}").route(read().to(key_page::show)))
        .service(
            web::resource("/tenant-api-keys/{id}/revocation")
                .route(read().to(key_revocations::new))
                .route(web::post().to(key_revocations::create)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/deletion")
                .route(read().to(key_deletions::new))
                .route(web::post().to(key_deletions::create)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/disclosure")
                .route(read().to(key_disclosures::new))
                .route(web::post().to(key_disclosures::create)),
        )
        .service(
            web::resource("/settings")
                .route(read().to(settings::show))
                .route(web::post().to(settings::update)),
        )
        .service(
            web::resource("/verifiers")
                .route(read().to(verifiers::index))
                .route(web::post().to(verifiers::create)),
        )
        .service(
            web::resource("/verifiers/{id}/revocation")
                .route(read().to(verifier_revocations::new))
                .route(web::post().to(verifier_revocations::create)),
        )
        .configure(support)
        .service(web::resource("/usage").route(read().to(usage::index)))
        .service(web::resource("/usage/requests").route(read().to(requests::index)))
        // An export writes an audit row, so HEAD does not ask for one.
        .service(web::resource("/usage/requests.csv").route(web::get().to(request_exports::csv)))
        .service(
            web::resource("/usage/requests.ndjson").route(web::get().to(request_exports::ndjson)),
        )
        .service(web::resource("/usage/explanation").route(read().to(explanations::show)))
        .default_service(web::to(home::missing));
}

/// The support view.
fn support(scope: &mut web::ServiceConfig) {
    let read = || web::route().guard(when::Any(when::Get()).or(when::Head()));
    scope
        .service(web::resource("/support/tenants").route(read().to(tenants::index)))
        .service(
            web::resource("/support/tenants/{id}/limit")
                .route(read().to(limits::new))
                .route(web::post().to(limits::create)),
        )
        .service(
            web::resource("/support/tenants/{id}/limit-refusal")
                .route(read().to(limit_refusals::new))
                .route(web::post().to(limit_refusals::create)),
        );
}

/// Which key a text is, what is wrong with a field, and several keys at once.
fn finding(scope: &mut web::ServiceConfig) {
    scope
        .service(
            web::resource("/tenant-api-keys/validation")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(web::post().to(field_checks::generate)),
        )
        .service(
            web::resource("/tenant-api-keys/edit-validation")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(web::post().to(field_checks::edit)),
        )
        .service(
            web::resource("/tenant-api-keys/batch-plan").route(web::post().to(key_batches::plan)),
        )
        .service(web::resource("/tenant-api-keys/batch").route(web::post().to(key_batches::create)))
        .service(
            web::resource("/tenant-api-keys/lookup").route(web::post().to(key_lookups::create)),
        )
        .service(
            web::resource("/tenant-api-keys/search").route(web::post().to(key_lookups::search)),
        );
}

fn key_pages(scope: &mut web::ServiceConfig) {
    let read = || web::route().guard(when::Any(when::Get()).or(when::Head()));
    scope
        .service(
            web::resource("/tenant-api-keys/{id}/rotation")
                .route(read().to(key_rotations::new))
                .route(web::post().to(key_rotations::create)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/rotation/extension")
                .route(web::post().to(rotation_ends::extend)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/rotation/end")
                .route(read().to(rotation_ends::ask_to_finish))
                .route(web::post().to(rotation_ends::finish)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/rotation/cancellation")
                .route(read().to(rotation_ends::ask_to_cancel))
                .route(web::post().to(rotation_ends::cancel)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/suspension")
                .route(web::post().to(key_suspensions::create)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/suspension/removal")
                .route(web::post().to(key_suspensions::destroy)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/edit")
                .app_data(web::PayloadConfig::new(LARGEST_SETTINGS))
                .route(read().to(key_edits::edit))
                .route(web::post().to(key_edits::update)),
        )
        .service(
            web::resource("/tenant-api-keys/{id}/allowlist")
                .route(web::post().to(key_allowlists::create)),
        );
}

fn group_pages(scope: &mut web::ServiceConfig) {
    let read = || web::route().guard(when::Any(when::Get()).or(when::Head()));
    scope
        .service(
            web::resource("/authorization-groups")
                .route(read().to(groups::index))
                .route(web::post().to(group_form::create)),
        )
        .service(web::resource("/authorization-groups/new").route(read().to(group_form::new)))
        .service(web::resource("/authorization-groups/summary").route(read().to(groups::summary)))
        .service(
            web::resource("/authorization-groups/{id}/edit")
                .route(read().to(group_form::edit))
                .route(web::post().to(group_form::update)),
        )
        .service(
            web::resource("/authorization-groups/{id}/deletion")
                .route(read().to(group_deletions::new))
                .route(web::post().to(group_deletions::create)),
        );
}

/// Sessions wrap the pages alone: the API and the assets never touch them.
fn session(state: &web::Data<State>, cookie_key: &Key) -> SessionMiddleware<Store> {
    let site = &state.site;
    SessionMiddleware::builder(Store(state.clone()), cookie_key.clone())
        .cookie_name(
            if site.insecure_cookie {
                "keystead"
            } else {
                "__Host-keystead"
            }
            .to_owned(),
        )
        .cookie_secure(!site.insecure_cookie)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}
