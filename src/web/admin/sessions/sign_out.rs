//! Signing out.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::audit::Event;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::staff::Anybody;
use crate::web::state::State;

/// `POST /logout`.
///
/// # Errors
/// `Unavailable` when the database is away; the session then goes on.
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    state
        .note(move |conn| me.holder().note(conn, &Event::SignedOut))
        .await?;
    session.purge();
    Ok(see_other(&request, "/login"))
}
