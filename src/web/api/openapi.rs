//! The OpenAPI document, made from the code beside each handler.

use actix_web::{HttpResponse, web};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{keys, views, whoami};
use crate::web::edges::{forward_auth, verify};
use crate::web::errors::Answer;
use crate::web::state::State;

#[derive(OpenApi)]
#[openapi(
    info(title = "Keystead API", description = "API keys for multi-tenant products: manage a tenant's keys with one of them, and ask whether a key may do something, now, from here.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(keys::index, keys::create, keys::show, keys::destroy, whoami::show, verify::create, forward_auth::show),
    components(schemas(views::Key, views::NewKey, views::Question<'_>, views::Verdict<'_>, views::Problem)),
    tags((name = "Keys", description = "Keys of the tenant to which the presented key belongs"), (name = "Verification", description = "Questions of APIs and gateways")),
    modifiers(&Credentials)
)]
struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))),
        );
    }
}

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
