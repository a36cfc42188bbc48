//! `POST /oauth2/revoke` (RFC 7009): whoever holds a key can kill it. No other right is needed, and none is checked.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{oauth, oauth_views};
use crate::actions::keys;
use crate::domain::key_text;
use crate::web::body::Body;
use crate::web::failure::Answer;
use crate::web::held_key;
use crate::web::media_type;
use crate::web::state::State;

/// Revoke a token
///
/// OAuth 2.0 token revocation (RFC 7009): whoever holds a key can kill it for good, without any other credential.
/// When this answers 200, the key is refused; an unknown token is answered in the same way.
#[utoipa::path(
    post,
    path = "/oauth2/revoke",
    operation_id = "revokeToken",
    tag = "OAuth",
    request_body(content = oauth_views::TokenToRevoke, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token does not work, from now on or as before"),
        (
            status = 400,
            description = "No token, a parameter twice, or the token of a verifier, which a super user revokes",
            body = oauth_views::OauthError,
        ),
        (
            status = 429,
            description = "Too many unknown tokens from this address; keys are revoked nevertheless",
            body = oauth_views::OauthError,
        ),
        (
            status = 503,
            description = "The key may still work: try again after Retry-After seconds",
            body = oauth_views::OauthError,
        ),
    ),
)]
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Body(body): Body,
) -> Answer<HttpResponse> {
    if !media_type::is(request.head(), media_type::FORM) {
        return Ok(HttpResponse::UnsupportedMediaType().finish());
    }
    let sent: oauth_views::TokenToRevoke = oauth::read(&body)?;
    let token = oauth::token(&sent.token)?;
    if key_text::is_verifier_token(token) {
        let text =
            "This is the token of a verifier. A super user revokes it on the page Verifiers.";
        let (status, code) = (StatusCode::BAD_REQUEST, "unsupported_token_type");
        return Ok(oauth::refusal(status, code, text.into()));
    }
    // A secret that the key no longer has speaks for nobody: the key goes on with another. One that is refused already
    // costs no transaction, but other servers may not know of it yet.
    match held_key::find(token, &request, &state)? {
        Some((by, true)) => state.write(move |conn| keys::surrender(conn, &by)).await?,
        Some((_, false)) => state.settle().await?,
        None => {}
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}
