//! Deleting a revoked key from the list. Its audit rows stay, and its secret stays refused.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::in_question::key_in_question;
use super::list::beside_change;
use super::query::{Back, KeyQuery};
use crate::actions::keys;
use crate::domain::id::KeyId;
use crate::domain::{key_text, time};
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::numbers::grouped;
use crate::web::respond::{html, is_htmx, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::shell::crumbs;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// `GET /tenant-api-keys/{id}/deletion`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
) -> Answer<HttpResponse> {
    let list = back.list();
    let key = key_in_question(&state, &me, id.parse()?).await?;
    let last_used = key.last_used_at().map(|at| time::relative(at, me.now()));
    let ask = Confirmation {
        title: "Delete from list",
        text: format!(
            "Delete the revoked API key \"{}\" from the list? It is already without access. This cannot be undone.",
            key.name
        ),
        csrf: me.csrf.clone(),
        action: format!("/tenant-api-keys/{}/deletion{}", key.id, list.as_back()),
        cancel: list.here(),
        target: format!("#key-{}", key.id),
        swap: "delete",
        verb: "Delete",
        icon: "trash-2",
        facts: vec![
            ("Key".into(), key_text::hint(&key.key_prefix, &key.last4)),
            (
                "Last used".into(),
                last_used.unwrap_or_else(|| "never used".into()),
            ),
        ],
        ..Confirmation::default()
    };
    ask.respond(&request, me.shell, crumbs(Some("Delete")))
        .await
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
    back: web::Query<Back>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let by = me.actor();
    let key = state
        .change(by, move |conn, by| keys::delete(conn, by, id))
        .await?;
    let text = format!("\"{}\" was deleted from the list.", key.name);
    if !is_htmx(&request) {
        set_flash(&session, &text);
        return Ok(see_other(&request, &back.list().here()));
    }
    // The deed is done: a count that can't be read now stays as it was.
    let Ok((counts, count)) = beside_change(&request, &state, &me).await else {
        return Ok(with_toast(html(StatusCode::OK, String::new()), &text));
    };
    // After the last key the list is another page: the one that says there are none.
    if count == 0 {
        set_flash(&session, &text);
        return Ok(see_other(&request, &KeyQuery::shown(&request).url()));
    }
    let count = grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let part = format!(
        "<hx-partial hx-target=\"#total\" hx-swap=\"innerHTML\">{count}</hx-partial>{counts}"
    );
    Ok(with_toast(html(StatusCode::OK, part), &text))
}
