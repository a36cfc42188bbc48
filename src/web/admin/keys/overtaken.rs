//! An action on a key that changed elsewhere, as in another tab: the key as it is now, and one sentence about it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::changed_parts::changed_parts;
use super::query::{KeyQuery, LIST};
use crate::db::keys::Key;
use crate::web::failure::Answer;
use crate::web::respond::{html, is_htmx, placed, see_other, with_events};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What to say of a key that was revoked before, if it was.
pub fn revoked_before(key: &Key) -> Option<String> {
    let text = || {
        format!(
            "\"{}\" was revoked before, and stays refused. Nothing was changed.",
            key.name
        )
    };
    key.revoked_at.is_some().then(text)
}

/// Its row where the list is shown, otherwise the page at `to`; with a sentence. What that says is so on every server by
/// then.
///
/// # Errors
/// Those of [`State::settle`]; `Internal` when the template fails.
pub async fn overtaken(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &SignedIn,
    key: Key,
    (to, text): (&str, &str),
) -> Answer<HttpResponse> {
    state.settle().await?;
    if is_htmx(request) && KeyQuery::is_shown(request) {
        let row = format!("#key-{}", key.id);
        let body = changed_parts(request, state, me, key).await?;
        let toast = json!({ "kind": "error", "text": text });
        let answer = with_events(
            html(StatusCode::OK, body),
            &json!({ "toast": toast, "dialog:close": {} }),
        );
        return Ok(placed(answer, &row, "outerMorph"));
    }
    set_flash(session, text);
    Ok(see_other(request, to))
}

/// The page of a key.
pub fn page_of(key: &Key) -> String {
    format!("{LIST}/{}", key.id)
}
