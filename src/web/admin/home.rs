//! `/`: sends people on to the page they came for. And every path that leads nowhere.

use actix_session::Session;
use actix_web::{FromRequest as _, HttpRequest, HttpResponse};

use crate::domain::Error;
use crate::web::failure::Answer;
use crate::web::respond::see_other;
use crate::web::session::Who;
use crate::web::signed_in::SignedIn;

/// `GET /`.
pub async fn index(request: HttpRequest, session: Session) -> HttpResponse {
    see_other(&request, home(&session))
}

/// Where somebody starts: strangers sign in, support staff sees tenants, everybody else keys.
pub fn home(session: &Session) -> &'static str {
    match Who::read(session) {
        Ok((_, None, _)) => "/support/tenants",
        Err(Error::Unauthenticated) => "/login",
        _ => "/tenant-api-keys",
    }
}

/// Any other path. Who is signed in reads so inside the shell.
///
/// # Errors
/// `NotFound`, always.
pub async fn missing(request: HttpRequest) -> Answer<HttpResponse> {
    let is_page = |value| value == "document";
    // Only for pages: an icon that a browser looks for must not cost a session its flash message.
    if request.headers().get("sec-fetch-dest").is_some_and(is_page) {
        let _ = SignedIn::extract(&request).await;
    }
    Err(Error::NotFound.into())
}
