//! Deleting an authorization group that no key uses.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::crumbs;
use crate::actions::groups;
use crate::domain::Conflict;
use crate::domain::id::GroupId;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "groups/deletion.html")]
struct DeletionPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    name: String,
    scopes: Vec<String>,
    keys: i64,
}

/// `GET /authorization-groups/{id}/deletion`.
///
/// # Errors
/// `NotFound`, also for another tenant's group; `Forbidden` for viewers; a conflict for a built-in group.
pub async fn new(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let id: GroupId = id.parse()?;
    let by = me.actor();
    by.must_hold(Right::ChangeGroups)?;
    let (group, keys) = state
        .snapshot(move |conn| groups::find(conn, by.tenant, id))
        .await?;
    if group.built_in {
        return Err(Conflict::GroupBuiltIn.into());
    }
    page(
        StatusCode::OK,
        DeletionPage {
            shell: me.shell,
            crumbs: crumbs(Some("Delete")),
            id: group.id.to_string(),
            name: group.name,
            scopes: group.scopes.list().to_vec(),
            keys,
        },
    )
    .await
}

/// `POST /authorization-groups/{id}/deletion`.
///
/// # Errors
/// As [`new`], and a conflict while keys use the group.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let id: GroupId = id.parse()?;
    let by = me.actor();
    let group = state
        .change(by, move |conn, by| groups::delete(conn, by, id))
        .await?;
    set_flash(
        &session,
        &format!("The group \"{}\" was deleted.", group.name),
    );
    Ok(see_other(&request, "/authorization-groups"))
}
