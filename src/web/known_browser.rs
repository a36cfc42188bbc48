//! The cookie of a browser in which somebody signed in before.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};

use super::client;
use super::state::State;
use crate::actions::sign_in::Attempt;
use crate::db;
use crate::domain::id::UserId;
use crate::domain::known_browser::{DAYS, KnownBrowser};
use crate::domain::{Error, Result};

const COOKIE: &str = "known-browser";

/// An attempt to show that one has the password of the account with this address.
pub fn attempt(request: &HttpRequest, state: &State, email: &str) -> Attempt {
    let attempt = Attempt::new(email, client::place(request));
    let cookie = request.cookie(&state.site.cookie_name(COOKIE));
    let browser = cookie.and_then(|cookie| KnownBrowser::parse(cookie.value()));
    let (peppers, now) = (state.index().peppers(), state.now());
    match browser.filter(|browser| browser.knows(email, &peppers, now)) {
        Some(browser) => attempt.by_browser(browser),
        None => attempt,
    }
}

/// Has the browser known to the account of somebody who just showed that it is theirs.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn remember(
    state: &web::Data<State>,
    user: UserId,
    response: &mut HttpResponse,
) -> Result<()> {
    let user = state.read(move |conn| db::users::find(conn, user)).await?;
    let peppers = state.index().peppers();
    let (digest, now) = (&user.password_digest, state.now());
    let browser = KnownBrowser::new(&user.email, digest, now, peppers.newest()?)?;
    let cookie = Cookie::build(state.site.cookie_name(COOKIE), browser.text())
        .path("/")
        .max_age(Duration::days(DAYS))
        .secure(!state.site.insecure_cookie)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    response.add_cookie(&cookie).map_err(Error::internal)
}
