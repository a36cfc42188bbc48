//! The OpenAPI document, made from the code beside each handler.

use actix_web::{HttpResponse, web};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::links::Links;
use super::words::Words;
use super::{
    group_views, groups, key_lists, key_rotations, key_suspensions, key_updates, keys, token_views,
    views, whoami,
};
use crate::web::edges::{batch, forward_auth, introspection, revocation, verify};
use crate::web::errors::Answer;
use crate::web::state::State;

#[derive(OpenApi)]
#[openapi(
    info(title = "Keystead API", description = "API keys for multi-tenant products: manage a tenant's keys with one of them, and ask whether a key may do something, now, from here.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(key_lists::index, keys::create, keys::show, key_updates::update, key_rotations::create, key_suspensions::disable, key_suspensions::enable, keys::destroy, groups::index, groups::create, groups::show, groups::update, groups::destroy, whoami::show, verify::create, batch::create, forward_auth::show, introspection::create, revocation::create),
    components(schemas(views::Key, views::NewKey, views::KeyUpdate, key_rotations::Rotation, views::RateLimit, group_views::AuthorizationGroup, group_views::NewAuthorizationGroup, group_views::AuthorizationGroupUpdate, views::Question<'_>, views::Verdict<'_>, views::Questions<'_>, views::Verdicts<'_>, views::RateLimitState, views::Problem, token_views::TokenQuestion, token_views::TokenToRevoke, token_views::Introspection, token_views::OauthError)),
    tags((name = "Keys", description = "Keys of the tenant to which the presented key belongs"), (name = "Authorization groups", description = "Named sets of scopes of that tenant"), (name = "Verification", description = "Questions of APIs and gateways"), (name = "OAuth", description = "The same for OAuth libraries")),
    modifiers(&Credentials, &Words, &Links, &Limits, &Problems)
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

/// Wherever a key is presented, it may have been used too often; wherever a body is taken, it may be too large.
struct Limits;

impl Modify for Limits {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let by_key = SecurityRequirement::new::<_, [&str; 0], &str>("apiKey", []);
        for (path, operation) in operations(document) {
            let ways = operation.security.as_ref();
            let with_key = ways.is_some_and(|ways| ways.contains(&by_key));
            let responses = &mut operation.responses.responses;
            if with_key {
                let text = "The key made more requests than its rate limit allows; RateLimit-Policy and RateLimit say more. Wait for Retry-After seconds";
                responses.insert("429".into(), refusal(path, text));
            }
            if operation.request_body.is_some() {
                let own = responses.entry("413".into());
                let most = if OF_SETTINGS.contains(&path) { 256 } else { 64 };
                own.or_insert_with(|| {
                    refusal(path, &format!("The body is larger than {most} KiB"))
                });
            }
        }
    }
}

/// Where a list of addresses makes bodies larger.
const OF_SETTINGS: [&str; 2] = ["/api/v1/auth/api-keys", "/api/v1/auth/api-keys/{id}"];

/// An error in the words of its path.
fn refusal(path: &str, text: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name(if path.starts_with(OAUTH) {
        "OauthError"
    } else {
        "Problem"
    });
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema)));
    let response = ResponseBuilder::new()
        .description(text)
        .content("application/json", content.build());
    RefOr::T(response.build())
}

/// Where errors are told in the words of OAuth.
const OAUTH: &str = "/oauth2/";

/// Every error is a problem document (RFC 9457) and says so, save where OAuth has its own words.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let ours = operations(document).filter(|(path, _)| !path.starts_with(OAUTH));
        for (_, operation) in ours {
            for (status, response) in &mut operation.responses.responses {
                if let (true, RefOr::T(response)) = (status.as_str() >= "400", response)
                    && let Some(content) = response.content.shift_remove("application/json")
                {
                    response
                        .content
                        .insert("application/problem+json".into(), content);
                }
            }
        }
    }
}

pub(super) fn operations(
    document: &mut utoipa::openapi::OpenApi,
) -> impl Iterator<Item = (&str, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let methods = [
            &mut item.get,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        methods
            .into_iter()
            .flatten()
            .map(move |operation| (path.as_str(), operation))
    })
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
