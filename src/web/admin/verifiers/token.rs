//! A token on its one way to the person.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::crumbs::crumbs;
use crate::db::verifiers::Verifier;
use crate::domain::key_text::KeySecret;
use crate::web::failure::Answer;
use crate::web::media_type::JSON;
use crate::web::respond::{is_htmx, page};
use crate::web::samples;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::Site;

/// What the page of a token says.
pub struct Token {
    title: &'static str,
    lead: String,
    label: &'static str,
    lost: &'static str,
    secret: String,
    curl: String,
    env_line: String,
}

impl Token {
    /// The token of a verifier that was just made.
    pub fn new(verifier: &Verifier, token: &KeySecret, site: &Site) -> Self {
        let text = token.expose();
        Self {
            title: "Your new verifier",
            lead: format!("{} may ask about keys from now on.", verifier.name),
            curl: samples::from_pipe(
                &format!("{}/api/v1/verify", site.base_url),
                Some(samples::VERIFIER_VARIABLE),
                Some(JSON),
                &format!("{{\"key\":\"${}\"}}", samples::VARIABLE),
            ),
            env_line: format!("{}={text}", samples::VERIFIER_VARIABLE),
            label: "Token",
            lost: "Only a hash is kept, so a lost token cannot be recovered. If you lose it, rotate this verifier.",
            secret: text.to_owned(),
        }
    }

    /// The other token of a verifier; `old` says what becomes of the one before.
    pub fn rotated(verifier: &Verifier, token: &KeySecret, site: &Site, old: &str) -> Self {
        Self {
            title: "Your new token",
            lead: format!("{} has another token. {old}", verifier.name),
            ..Self::new(verifier, token, site)
        }
    }
}

#[derive(Template)]
#[template(path = "verifiers/_token.html")]
struct TokenView {
    secret: Token,
}

#[derive(Template)]
#[template(path = "verifiers/token.html")]
struct TokenPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    secret: Token,
}

/// Shows a token: a dialog for htmx, a page of its own without it.
///
/// # Errors
/// `Internal` when the template fails.
pub async fn show(request: &HttpRequest, me: SignedIn, secret: Token) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(StatusCode::CREATED, TokenView { secret }).await;
    }
    let view = TokenPage {
        shell: me.shell,
        crumbs: crumbs(Some(secret.title)),
        secret,
    };
    page(StatusCode::CREATED, view).await
}
