//! Forms: read strictly, and only when they come from our own pages.
//!
//! Two checks against cross-site requests (ASVS 3.5.1): what the browser says of the origin, and a token. A
//! signed-in person's token belongs to the session; before signing in it is a random cookie that the form repeats.

use std::future::Future;
use std::pin::Pin;

use actix_session::SessionExt as _;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::body::{Body, understand};
use super::client;
use super::failure::{Answer, Failure};
use super::masked_token;
use super::respond::html;
use super::session::Who;
use super::state::{Site, State};
use crate::domain::authority::Authority;
use crate::domain::{Error, Result, random};

/// What is said to a browser that did not send back the cookie of a form.
pub fn no_cookie(site: &Site) -> String {
    let by = if site.insecure_cookie {
        ""
    } else {
        ", which has to begin with https,"
    };
    format!(
        "Signing in needs cookies, and your browser sent none. Allow cookies for this address{by} then reload the page \
         and try again."
    )
}

/// A form from one of our pages. Members that the form does not have are refused.
#[derive(Debug)]
pub struct Form<T>(pub T);

/// The field in which any form of a signed-in person takes their password again. Where it is needed is decided by
/// `step_up`.
pub const OWN_PASSWORD: &str = "own_password";

/// What was typed there.
#[derive(Clone)]
pub struct OwnPassword(pub Zeroizing<String>);

/// A form that is only a button: it has the token and nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T: DeserializeOwned + Send + 'static> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Body::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let Body(body) = body.await?;
            read(&request, body)
                .await
                .map(Self)
                .map_err(|error| Failure(error).into())
        })
    }
}

async fn read<T: DeserializeOwned + Send + 'static>(
    request: &HttpRequest,
    body: Bytes,
) -> Result<T> {
    let old = "This form is out of date or did not come from this page. Nothing was changed; go back, reload and try again.";
    let refused = || Error::StaleForm(old.into());
    if !is_same_origin(request) {
        return Err(refused());
    }
    let unreadable =
        |_| Error::BadRequest("The form could not be read. Reload the page and try again.".into());
    let length = body.len();
    let mut pairs: Vec<(String, String)> = understand(length, move || {
        serde_urlencoded::from_bytes(&body).map_err(unreadable)
    })
    .await?;
    let expected = expected_token(request)?;
    let mut take = |wanted: &str| {
        let at = pairs.iter().position(|(name, _)| name == wanted);
        at.map(|at| pairs.remove(at).1)
    };
    let sent = take("csrf");
    if let Some(typed) = take(OWN_PASSWORD) {
        let typed = OwnPassword(Zeroizing::new(typed));
        request.extensions_mut().insert(typed);
    }
    let sent = masked_token::unmask(&sent.ok_or_else(refused)?);
    if !bool::from(sent.as_bytes().ct_eq(expected.as_bytes())) {
        return Err(refused());
    }
    understand(length, move || {
        let rest = serde_urlencoded::to_string(&pairs).map_err(Error::internal)?;
        serde_urlencoded::from_str(&rest).map_err(|cause| Error::invalid("form", cause.to_string()))
    })
    .await
}

/// What browsers say of where a request comes from; programs that say nothing still need the token.
fn is_same_origin(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let site_fits = headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin" || site == "none");
    let origin_fits = headers.get(header::ORIGIN).is_none_or(|origin| {
        let origin = str::from_utf8(origin.as_bytes()).ok();
        let origin = origin.and_then(Authority::of_origin);
        origin.is_some_and(|(origin, is_https)| {
            client::host(request.head(), is_https) == Some(origin)
        })
    });
    site_fits && origin_fits
}

/// True where forms are for strangers: their pages carry a stranger's token even to someone signed in.
pub fn is_for_strangers(path: &str) -> bool {
    matches!(
        path,
        "/login"
            | "/login/code"
            | "/setup"
            | "/invitation"
            | "/password-reset"
            | "/password-reset/request"
            | "/report-leaked-key"
    )
}

fn expected_token(request: &HttpRequest) -> Result<String> {
    if !is_for_strangers(request.path()) {
        return Who::read(&request.get_session()).map(|(_, _, csrf)| csrf);
    }
    let site = &State::of(request)?.site;
    kept_token(request, site).ok_or_else(|| Error::StaleForm(no_cookie(site)))
}

/// The token that a stranger's browser kept.
fn kept_token(request: &HttpRequest, site: &Site) -> Option<String> {
    let cookie = request.cookie(&site.cookie_name(COOKIE))?;
    Some(cookie.value().to_owned()).filter(|token| token.len() == 64)
}

/// True when the browser of somebody who is not signed in keeps our cookies. Without them nobody can sign in.
pub fn keeps_cookies(request: &HttpRequest) -> bool {
    State::of(request).is_ok_and(|state| kept_token(request, &state.site).is_some())
}

/// The cookie of strangers' forms.
const COOKIE: &str = "keystead-form";

/// A page with a form for somebody who is not signed in: `view` makes it of the token, and the cookie goes with it.
///
/// # Errors
/// `Unavailable` without randomness; `Internal` when the template fails.
pub fn page_for_strangers<T: Template>(
    request: &HttpRequest,
    site: &Site,
    status: StatusCode,
    view: impl FnOnce(String) -> T,
) -> Answer<HttpResponse> {
    let (csrf, cookie) = anonymous_token(request, site)?;
    let body = view(csrf).render().map_err(Error::internal)?;
    let mut response = html(status, body);
    response.add_cookie(&cookie).map_err(Error::internal)?;
    Ok(response)
}

/// The token of such a form, and the cookie to send with it.
fn anonymous_token(request: &HttpRequest, site: &Site) -> Result<(String, Cookie<'static>)> {
    let token = match kept_token(request, site) {
        Some(token) => token,
        None => random::token()?,
    };
    let cookie = Cookie::build(site.cookie_name(COOKIE), token.clone())
        .path("/")
        .secure(!site.insecure_cookie)
        .http_only(true)
        .same_site(SameSite::Strict)
        .finish();
    Ok((token, cookie))
}

/// What a form calls its field: the list of errors above the form names it so.
pub fn label(field: &str) -> &str {
    match field {
        "name" => "Name",
        "description" => "Description",
        "environment" => "Environment",
        "summary" => "Summary",
        "scopes" => "Scopes",
        "group" => "Authorization group",
        "project" => "Project",
        "expires_on" => "Expiration date",
        "ip_allowlist" => "IP allowlist",
        "ip_allowlist_mode" => "Other addresses",
        "rate_limit" => "Rate limit",
        "rate_limit_per" => "Rate limit unit",
        "rate_limit_burst" => "Burst",
        "tenant" => "Organization",
        "email" => "Email",
        "password" => "Password",
        OWN_PASSWORD | "email_password" => "Your password",
        "new_password" => "New password",
        "code" => "Code",
        "time_zone" => "Time zone",
        "role" => "Role",
        "owner" => "Owner",
        "place" => "Where did you find it?",
        "key" => "Key",
        "verdict" => "Verdict",
        "method" => "Method",
        "path" => "Path",
        "address" => "Address",
        "until" => "End",
        "words" => "Message",
        "from" => "From",
        "to" => "To",
        "actor" => "Who",
        "action" => "Action",
        "object" => "What it was done to",
        "request" => "Request id",
        "limit" => "New limit",
        "reason" => "Reason",
        "choice" => "Choice",
        "percentage" => "New percentage",
        "recoverable" => "Show the secret again",
        "typed" => "Number of keys",
        "expires_at" => "Ends on",
        other => other,
    }
}
