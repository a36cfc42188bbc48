//! Switching a key off for now, and on again: at once, since either can be undone. Only one that is busy asks first.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::changed_parts::changed_parts;
use super::in_question::key_in_question;
use super::overtaken::{overtaken, page_of, revoked_before};
use super::query::{Back, KeyQuery, LIST};
use crate::actions::key_suspensions;
use crate::db::Conn;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::key::State as KeyState;
use crate::domain::role::Actor;
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::{html, is_htmx, placed, see_other, with_toast_and_undo};
use crate::web::session::set_flash_and_undo;
use crate::web::shell::crumbs;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The fields of a switch, and of the question before it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// `key` for the key's own page, otherwise the list.
    #[serde(default)]
    from: String,
    /// `yes` once the question was answered.
    #[serde(default)]
    confirmed: String,
}

impl Switch {
    fn is_of_page(&self) -> bool {
        self.from == "key"
    }

    /// Where it came from.
    fn leads_to(&self, key: &Key, list: &KeyQuery) -> String {
        if self.is_of_page() {
            page_of(key)
        } else {
            list.here()
        }
    }
}

/// `POST /tenant-api-keys/{id}/suspension`: when this answers, the key is refused, or somebody is asked whether it shall
/// be, since it was used in the last hour.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    Form(switch): Form<Switch>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let key = key_in_question(&state, &me, id).await?;
    let to = switch.leads_to(&key, &list_of(&request, &back));
    let before = || {
        key.disabled_at
            .map(|_| format!("\"{}\" was disabled before.", key.name))
    };
    if let Some(text) = revoked_before(&key).or_else(before) {
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    if key.state(me.now()) == KeyState::Active && switch.confirmed != "yes" {
        let radius = BlastRadius::load(&state, me.member.tenant, &key, me.now()).await;
        if radius.is_busy {
            let list = list_of(&request, &back);
            let ask = question(&key, radius.untyped(), &me, &list, &switch);
            let asked = ask
                .respond(&request, me.shell, crumbs(Some("Disable")))
                .await?;
            return Ok(placed(asked, "#modal-root", "innerHTML"));
        }
    }
    let key = change(&state, &me, id, key_suspensions::disable).await?;
    let proof = proof::told_of_key(&state, &me, id).await;
    let text = format!(
        "\"{}\" is disabled. It is refused until you enable it.{proof}",
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

fn question(
    key: &Key,
    radius: BlastRadius,
    me: &SignedIn,
    list: &KeyQuery,
    switch: &Switch,
) -> Confirmation {
    let of_page = switch.is_of_page();
    let mut hidden = vec![("confirmed", "yes".to_owned())];
    if of_page {
        hidden.push(("from", "key".to_owned()));
    }
    Confirmation {
        title: "Disable API key",
        text: format!(
            "\"{}\" is in use. Disabled, it is refused from the next request on, until you enable it again.",
            key.name
        ),
        csrf: me.csrf.clone(),
        action: format!("{LIST}/{}/suspension{}", key.id, list.as_back()),
        hidden,
        cancel: switch.leads_to(key, list),
        target: if of_page {
            "#modal-root".into()
        } else {
            format!("#key-{}", key.id)
        },
        swap: if of_page { "innerHTML" } else { "outerMorph" },
        awaits: Some(format!("{LIST}/{}/confirmation", key.id)),
        verb: "Disable key",
        icon: "lock",
        radius: Some(radius),
        ..Confirmation::default()
    }
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
    let id: KeyId = id.parse()?;
    let key = key_in_question(&state, &me, id).await?;
    let to = switch.leads_to(&key, &list_of(&request, &back));
    let is_on = key.disabled_at.is_none();
    let before = || is_on.then(|| format!("\"{}\" was enabled before.", key.name));
    if let Some(text) = revoked_before(&key).or_else(before) {
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let key = change(&state, &me, id, key_suspensions::enable).await?;
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
    state.change(by, move |conn, by| action(conn, by, id)).await
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
    let list = list_of(request, back);
    let id = &key.id;
    let undo = format!("{LIST}/{id}/suspension{opposite}{}", list.as_back());
    if is_htmx(request) && !switch.is_of_page() {
        let body = changed_parts(request, state, me, key).await?;
        let answer = html(StatusCode::OK, body);
        return Ok(with_toast_and_undo(answer, text, Some(&undo)));
    }
    let to = switch.leads_to(&key, &list);
    set_flash_and_undo(session, text, Some(undo));
    Ok(see_other(request, &to))
}

/// The list to come back to.
fn list_of(request: &HttpRequest, back: &Back) -> KeyQuery {
    if is_htmx(request) {
        KeyQuery::shown(request)
    } else {
        back.list()
    }
}
