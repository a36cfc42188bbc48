//! `POST /oauth2/introspect` (RFC 7662): the verifier's question in the words of OAuth.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::asker::OauthAsker;
use super::{at_least, oauth, oauth_views, verify};
use crate::domain::Error;
use crate::domain::verdict::Code;
use crate::verify::{Allowance, Facts, Question};
use crate::web::body::Body;
use crate::web::failure::Answer;
use crate::web::media_type;
use crate::web::state::State;
use crate::web::{client, rate_limit};

/// Introspect a token
///
/// OAuth 2.0 token introspection (RFC 7662): says whether the token is a key that works now. Send the verifier's
/// token as a bearer token, or as the password of HTTP Basic under any name. A key with an IP allowlist is active
/// only if ip is one of its addresses.
#[utoipa::path(
    post,
    path = "/oauth2/introspect",
    operation_id = "introspectToken",
    tag = "OAuth",
    request_body(content = oauth_views::TokenQuestion, content_type = "application/x-www-form-urlencoded"),
    responses(
        (
            status = 200,
            description = "What is known of the key; of any other token only that it is not active",
            body = oauth_views::Introspection,
        ),
        (
            status = 400,
            description = "No token, a parameter twice, or two credentials",
            body = oauth_views::OauthError,
        ),
        (
            status = 429,
            description = "The key works, and was used more often than its rate limit allows: answer 429 too, with the same \
                Retry-After",
            body = oauth_views::OauthError,
        ),
        (
            status = 503,
            description = "This node can't be sure now: deny, and try again after Retry-After seconds",
            body = oauth_views::OauthError,
        ),
    ),
    security(("verifier" = []), ("verifierBasic" = [])),
)]
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    _: OauthAsker,
    Body(body): Body,
) -> Answer<HttpResponse> {
    if !media_type::is(request.head(), media_type::FORM) {
        return Ok(HttpResponse::UnsupportedMediaType().finish());
    }
    let asked: oauth_views::TokenQuestion = oauth::read(&body)?;
    let address = verify::read_address(asked.ip.as_deref())
        .map_err(|_| Error::BadRequest("ip: use an IPv4 or IPv6 address.".into()))?;
    let rev = at_least::read(asked.at_least.as_deref())
        .map_err(|_| Error::BadRequest("at_least: send a whole number, 0 or more.".into()))?;
    let key = state.index().seek(oauth::token(&asked.token)?);
    at_least::wait(state.index(), rev).await?;
    let question = Question {
        key: &key,
        address,
        scope: None,
        now: state.now(),
        at_least: rev,
        // What the key is presented for is not among RFC 7662's parameters.
        facts: Facts {
            id: client::id(&request),
            method: "",
            path: "",
            user_agent: "",
        },
    };
    let verdict = verify::decide(state.index(), &question)?;
    // "Not active" would have the resource server answer 401, and the key's holder throw a good key away.
    if let Some(left) = verdict.allowance.filter(|left| left.retry_after.is_some()) {
        return Ok(rate_limited(left));
    }
    let active = verdict.key().filter(|_| verdict.code == Code::Valid);
    let request_id = client::request_id(&request);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(match active {
        Some(key) => response.json(oauth_views::Introspection::of(
            key,
            &state.site.base_url,
            request_id,
        )),
        None => response.json(oauth_views::Introspection::default()),
    })
}

/// The refusal of a good key that was used too often, with what it may do and when.
fn rate_limited(left: Allowance) -> HttpResponse {
    let text = rate_limit::sentence(left);
    let mut response = oauth::refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "temporarily_unavailable",
        text,
    );
    for (name, value) in rate_limit::refusal(left).headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}
