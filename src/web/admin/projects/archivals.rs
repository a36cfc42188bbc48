//! Putting a project away, and taking it up again: at once, since either can be undone.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::list::LIST;
use crate::actions::projects;
use crate::domain::id::ProjectId;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::session::set_flash_and_undo;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// `POST /projects/{id}/archival`.
///
/// # Errors
/// `NotFound`, also for another tenant's project; `Forbidden` for viewers.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (id, by): (ProjectId, _) = (id.parse()?, me.actor());
    let project = state
        .change(by, move |conn, by| projects::archive(conn, by, id))
        .await?;
    set_flash_and_undo(
        &session,
        &format!("The project \"{}\" was archived.", project.name),
        Some(format!("{LIST}/{id}/archival/removal")),
    );
    Ok(see_other(&request, LIST))
}

/// `POST /projects/{id}/archival/removal`.
///
/// # Errors
/// As [`create`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (id, by): (ProjectId, _) = (id.parse()?, me.actor());
    let project = state
        .change(by, move |conn, by| projects::restore(conn, by, id))
        .await?;
    set_flash_and_undo(
        &session,
        &format!("The project \"{}\" was restored.", project.name),
        Some(format!("{LIST}/{id}/archival")),
    );
    Ok(see_other(&request, LIST))
}
