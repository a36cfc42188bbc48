//! Every URL of the product, a line each: what gateways ask here, the REST API in `api.rs`, pages in `pages.rs`. And the
//! order of what wraps them.

mod api;
mod pages;
mod people;
mod support;

use actix_web::cookie::Key;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, PayloadConfig, ServiceConfig};

use super::admin::home;
use super::edges::{ext_authz, forward_auth, introspection, oauth, revocation, verify};
use super::route_lines::routes;
use super::state::State;
use super::{assets, body, compression, errors, health, page_owner, session_store, viewer_zone};

/// Everything that is served. `cookie_key` signs session cookies.
pub fn configure(app: &mut ServiceConfig, state: &web::Data<State>, cookie_key: &Key) {
    app.app_data(state.clone())
        .app_data(PayloadConfig::new(body::LARGEST));
    // Asked most: first, and outside of the scope that wraps the rest of the API.
    routes! { app,
        "/forward-auth" => any forward_auth::show;
        "/api/v1/verify" => post verify::create;
    };
    let json = web::scope("/api/v1").wrap(from_fn(errors::json));
    app.service(json.configure(api::rest_api));
    let oauth2 = web::scope("/oauth2").wrap(from_fn(oauth::errors));
    app.service(routes! { oauth2,
        "/introspect" => post introspection::create;
        "/revoke" => post revocation::create;
    });
    // Patterns cost every request, so they come late. With another method the last three are unknown paths.
    app.route("/ext-authz/{scope_and_path:.*}", web::to(ext_authz::show))
        .route("/healthz", web::get().to(health::live))
        .route("/readyz", web::get().to(health::ready))
        .route("/static/{name}", web::get().to(assets::show));
    let html = web::scope("")
        .wrap(from_fn(errors::html))
        .wrap(from_fn(viewer_zone::of_request))
        .wrap(from_fn(page_owner::must_be_current))
        .wrap(session_store::cookies(state, cookie_key))
        .wrap(from_fn(compression::pages))
        .wrap(Compress::default())
        .wrap(from_fn(compression::choose));
    let html = html
        .configure(pages::pages)
        .configure(people::of_people)
        .configure(pages::of_integrations)
        .configure(support::support)
        .default_service(web::to(home::missing));
    app.service(html);
}
