//! The ways to say who asks.

use utoipa::Modify;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, SecurityScheme,
};

/// Adds them to the document.
pub struct Schemes;

impl Modify for Schemes {
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
        let of_verifiers = |scheme, text: &str| {
            let http = HttpBuilder::new().scheme(scheme).description(Some(text));
            SecurityScheme::Http(http.build())
        };
        components.add_security_scheme(
            "verifier",
            of_verifiers(HttpAuthScheme::Bearer, "The token of a verifier"),
        );
        components.add_security_scheme(
            "verifierBasic",
            of_verifiers(
                HttpAuthScheme::Basic,
                "The token of a verifier as the password, under any name",
            ),
        );
    }
}
