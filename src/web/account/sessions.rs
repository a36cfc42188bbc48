//! One's sessions: where they are, and ending one or all others, such as one on a computer that was left.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::ACCOUNT;
use crate::actions::accounts::{self, Holder};
use crate::domain::Result;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::session::{Who, set_flash};
use crate::web::session_facts::SessionFacts;
use crate::web::staff::Anybody;
use crate::web::state::State;

/// `POST /account/sessions/removal`: this browser goes on, in a session of its own.
///
/// # Errors
/// `Unauthenticated`.
pub async fn end_others(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let by = me.holder();
    let inside = by.clone();
    state
        .change(inside, move |conn, inside| {
            accounts::end_sessions(conn, inside)
        })
        .await?;
    go_on(&session, &by)?;
    set_flash(&session, "All your other sessions are over.");
    Ok(see_other(&request, ACCOUNT))
}

/// `POST /account/sessions/{id}/removal`.
///
/// # Errors
/// `Unauthenticated`; `NotFound`, also for a session of somebody else.
pub async fn end_one(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    row: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let by = me.holder();
    state
        .change(by, move |conn, by| accounts::end_session(conn, by, &row))
        .await?;
    set_flash(&session, "The session is over.");
    Ok(see_other(&request, ACCOUNT))
}

/// Another session for this browser, where the person is now, after all of theirs ended.
///
/// # Errors
/// `Unavailable` without randomness.
pub fn go_on(session: &Session, by: &Holder) -> Result<()> {
    match by.session() {
        Some((user, tenant)) => {
            let facts = SessionFacts::of(session)?;
            Who::start(session, user, tenant, &facts)
        }
        None => Ok(()),
    }
}
