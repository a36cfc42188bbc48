//! Switching a key off for now, and on again: at once, since either can be undone.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::changed_parts::changed_parts;
use super::query::{Back, KeyQuery, LIST};
use crate::actions::key_suspensions;
use crate::db::Conn;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{html, is_htmx, see_other, with_toast_and_undo};
use crate::web::session::set_flash_and_undo;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where the switch was: without scripts its page is shown again.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// `key` for the key's own page, otherwise the list.
    #[serde(default)]
    from: String,
}

/// `POST /tenant-api-keys/{id}/suspension`: when this answers, the key is refused.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; a conflict when the key is revoked.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    Form(switch): Form<Switch>,
) -> Answer<HttpResponse> {
    let key = change(&state, &me, id.parse()?, key_suspensions::disable).await?;
    let text = format!(
        "\"{}\" is disabled. It is refused until you enable it.",
        key.name
    );
    respond(
        &request,
        &state,
        &session,
        &me,
        key,
        (&text, "/removal"),
        (&switch, &back),
    )
    .await
}

/// `POST /tenant-api-keys/{id}/suspension/removal`.
///
/// # Errors
/// As [`create`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    Form(switch): Form<Switch>,
) -> Answer<HttpResponse> {
    let key = change(&state, &me, id.parse()?, key_suspensions::enable).await?;
    let text = format!("\"{}\" is enabled.", key.name);
    respond(
        &request,
        &state,
        &session,
        &me,
        key,
        (&text, ""),
        (&switch, &back),
    )
    .await
}

async fn change(
    state: &State,
    me: &SignedIn,
    id: KeyId,
    action: fn(&mut Conn, &Actor, KeyId) -> Result<Key>,
) -> Result<Key> {
    let by = me.actor();
    state.change(move |conn| action(conn, &by, id)).await
}

/// The row as it is now, or the page again; the message leads to the opposite switch.
async fn respond(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &SignedIn,
    key: Key,
    (text, opposite): (&str, &str),
    (switch, back): (&Switch, &Back),
) -> Answer<HttpResponse> {
    let list = if is_htmx(request) {
        KeyQuery::shown(request)
    } else {
        back.list()
    };
    let id = &key.id;
    let undo = format!("{LIST}/{id}/suspension{opposite}{}", list.as_back());
    if is_htmx(request) {
        let body = changed_parts(request, state, me, key).await?;
        let answer = html(StatusCode::OK, body);
        return Ok(with_toast_and_undo(answer, text, Some(&undo)));
    }
    let to = match switch.from.as_str() {
        "key" => format!("/tenant-api-keys/{}", key.id),
        _ => list.here(),
    };
    set_flash_and_undo(session, text, Some(undo));
    Ok(see_other(request, &to))
}
