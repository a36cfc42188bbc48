//! Revoking a key: the question with its facts, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::changed_parts::changed_parts;
use super::in_question::key_in_question;
use super::overtaken::{overtaken, revoked_before};
use super::query::{Back, KeyQuery, LIST};
use crate::actions::keys;
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::validate::FieldErrors;
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::{html, is_htmx, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::shell::crumbs;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The fields of the question.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    #[serde(default)]
    last4: String,
    #[serde(default)]
    reason: String,
}

fn question(
    key: &Key,
    radius: BlastRadius,
    me: &SignedIn,
    list: &KeyQuery,
    typed: Revocation,
) -> Confirmation {
    Confirmation {
        title: "Revoke API key",
        text: format!(
            "Are you sure you want to revoke the API key \"{}\"? This action cannot be undone and any \
             applications using this key will lose access immediately.",
            key.name
        ),
        csrf: me.csrf.clone(),
        action: format!("/tenant-api-keys/{}/revocation{}", key.id, list.as_back()),
        cancel: list.here(),
        target: format!("#key-{}", key.id),
        swap: "outerMorph",
        awaits: Some(format!("{LIST}/{}/confirmation", key.id)),
        verb: "Revoke key",
        icon: "ban",
        radius: Some(radius),
        typed: typed.last4,
        reason: Some(typed.reason),
        ..Confirmation::default()
    }
}

/// `GET /tenant-api-keys/{id}/revocation`.
///
/// # Errors
/// `NotFound`, also for another tenant's key; `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
) -> Answer<HttpResponse> {
    let key = key_in_question(&state, &me, id.parse()?).await?;
    if let Some(text) = revoked_before(&key) {
        let to = back.list().here();
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let radius = BlastRadius::load(&state, me.member.tenant, &key, me.now()).await;
    let ask = question(&key, radius, &me, &back.list(), Revocation::default());
    ask.respond(&request, me.shell, crumbs(Some("Revoke")))
        .await
}

/// `POST /tenant-api-keys/{id}/revocation`: when this answers, the key is refused. What is typed wrong asks again,
/// with 422.
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
    Form(typed): Form<Revocation>,
) -> Answer<HttpResponse> {
    let list = back.list();
    let id: KeyId = id.parse()?;
    let (key, by) = (key_in_question(&state, &me, id).await?, me.actor());
    if let Some(text) = revoked_before(&key) {
        return overtaken(&request, &state, &session, &me, key, (&list.here(), &text)).await;
    }
    let radius = BlastRadius::load(&state, by.tenant, &key, by.now).await;
    let mut wrong = FieldErrors::default();
    wrong.absorb(radius.check(&typed.last4))?;
    wrong.absorb(keys::check_reason(&typed.reason).map(|_| ()))?;
    if !wrong.is_empty() {
        let mut ask = question(&key, radius, &me, &list, typed);
        ask.errors = wrong;
        return ask
            .respond(&request, me.shell, crumbs(Some("Revoke")))
            .await;
    }
    let key = state
        .change(by, move |conn, by| {
            keys::revoke_with_reason(conn, by, id, &typed.reason)
        })
        .await?;
    let proof = proof::told_of_key(&state, &me, id).await;
    let text = format!(
        "\"{}\" is revoked. It is refused from now on.{proof}",
        key.name
    );
    if !is_htmx(&request) {
        set_flash(&session, &text);
        return Ok(see_other(&request, &list.here()));
    }
    let body = changed_parts(&request, &state, &me, key).await?;
    Ok(with_toast(html(StatusCode::OK, body), &text))
}
