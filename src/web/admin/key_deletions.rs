//! Deleting a revoked key from the list. Its audit rows stay, and its secret stays refused.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::key_revocations::Ask;
use super::sessions::Nothing;
use crate::actions::keys;
use crate::db;
use crate::domain::id::KeyId;
use crate::web::errors::Answer;
use crate::web::extract::SignedIn;
use crate::web::form::Form;
use crate::web::respond::{html, is_htmx, page, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::state::State;

#[derive(Template)]
#[template(path = "keys/deletion.html")]
struct DeletionPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Ask,
}

#[derive(Template)]
#[template(path = "keys/_deletion.html")]
struct DeletionView {
    ask: Ask,
}

/// `GET /tenant-api-keys/{id}/deletion`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let ask = Ask::load(&state, &me, id.parse()?).await?;
    if is_htmx(&request) {
        return page(StatusCode::OK, &DeletionView { ask });
    }
    page(
        StatusCode::OK,
        &DeletionPage {
            shell: me.shell,
            crumbs: crumbs(Some("Delete")),
            ask,
        },
    )
}

/// `POST /tenant-api-keys/{id}/deletion`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; a conflict when the key is not revoked.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let by = me.actor();
    let (key, total) = state
        .change(move |conn| {
            let key = keys::delete(conn, &by, id)?;
            Ok((key, db::keys::count_listed(conn, by.tenant)?))
        })
        .await?;
    let text = format!("\"{}\" was deleted from the list.", key.name);
    // After the last key the list is another page: the one that says there are none.
    if is_htmx(&request) && total > 0 {
        let count =
            format!("<hx-partial hx-target=\"#total\" hx-swap=\"innerHTML\">{total}</hx-partial>");
        return Ok(with_toast(html(StatusCode::OK, count), &text));
    }
    set_flash(&session, &text);
    Ok(see_other(&request, "/tenant-api-keys"))
}
