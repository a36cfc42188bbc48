//! Two tabs share one cookie: after signing in elsewhere, a page that is still open asks with another person's session.
//! Its scripts say for whom the page was made; when that is not whose session it is, the page is loaded anew.

use actix_session::SessionExt as _;
use actix_web::HttpRequest;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::respond;
use super::session::Who;

/// The header with [`of`] the page that asks.
const HEADER: &str = "X-Keystead-Page-Owner";

/// The person and tenant of the request's session; empty when nobody is signed in.
pub fn of(request: &HttpRequest) -> String {
    match Who::read(&request.get_session()) {
        Ok((user, Some(tenant), _)) => format!("{user} in {tenant}"),
        Ok((user, None, _)) => user.to_string(),
        Err(_) => String::new(),
    }
}

/// Answers a page that was made for somebody else than who asks now with a reload. Nothing is read or changed.
///
/// # Errors
/// Those of the inner service.
pub async fn must_be_current(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asks = request.headers().get(HEADER);
    let is_stale = asks.is_some_and(|made_for| {
        let now = of(request.request());
        // Who is signed out is told so by the page that wants a person.
        !now.is_empty() && made_for.as_bytes() != now.as_bytes()
    });
    if is_stale {
        return Ok(request.into_response(respond::refresh()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
