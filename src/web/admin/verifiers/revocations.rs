//! Revoking a verifier: the question, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::crumbs::crumbs;
use super::row::{VerifierRow, asked_lately, last_used};
use crate::actions::verifiers;
use crate::db::verifier_usage::Asked;
use crate::db::verifiers::Verifier;
use crate::db::{self, Conn};
use crate::domain::id::VerifierId;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result, key_text};
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    /// The name of the verifier, where it is in use.
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Template)]
#[template(path = "verifiers/_row.html")]
struct VerifierRowView {
    row: VerifierRow,
}

fn load(conn: &mut Conn, id: VerifierId, now: Timestamp) -> Result<(Verifier, Asked)> {
    let verifier = db::verifiers::find(conn, id)?;
    let asked = db::verifier_usage::lately(conn, now)?;
    Ok((verifier, asked.get(&id).copied().unwrap_or_default()))
}

async fn question(state: &State, me: &SignedIn, id: VerifierId) -> Result<Confirmation> {
    let now = me.now();
    let (verifier, asked) = state.snapshot(move |conn| load(conn, id, now)).await?;
    let last = verifier.last_used_at;
    let text = if verifier.revoked_at.is_some() {
        format!("The verifier \"{}\" is revoked already.", verifier.name)
    } else {
        format!(
            "Are you sure you want to revoke the verifier \"{}\"? This action cannot be undone, and the \
             system that uses it can no longer ask about keys: it must then refuse its own callers, of all tenants. \
             To replace its token without a gap, rotate it instead.",
            verifier.name
        )
    };
    Ok(Confirmation {
        title: "Revoke verifier",
        text,
        csrf: me.csrf.clone(),
        action: format!("/verifiers/{id}/revocation"),
        cancel: "/verifiers".into(),
        target: format!("#verifier-{id}"),
        swap: "outerMorph",
        verb: "Revoke verifier",
        icon: "ban",
        facts: vec![
            (
                "Token".into(),
                key_text::hint(&verifier.token_prefix, &verifier.last4),
            ),
            ("Questions".into(), asked_lately(asked)),
            ("Last used".into(), last_used(last, now)),
        ],
        name: verifiers::is_in_use(last, now).then_some(verifier.name),
        ..Confirmation::default()
    })
}

/// `GET /verifiers/{id}/revocation`.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.steward()?;
    let ask = question(&state, &me, id.parse()?).await?;
    ask.respond(&request, me.shell, crumbs(Some("Revoke")))
        .await
}

/// `POST /verifiers/{id}/revocation`: when this answers, the verifier is refused.
///
/// # Errors
/// `NotFound`, also for anybody but a super user. Without its name, where it is in use, this asks again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<NameForm>,
) -> Answer<HttpResponse> {
    let by = me.steward()?;
    let id: VerifierId = id.parse()?;
    let typed = form.name.clone();
    let revoked = state
        .change(by, move |conn, by| verifiers::revoke(conn, by, id, &typed))
        .await;
    match revoked {
        Ok(verifier) => {
            let text = format!(
                "\"{}\" is revoked. It is refused from now on.",
                verifier.name
            );
            done(&request, &state, &session, &me, id, &text).await
        }
        Err(Error::Invalid(errors)) => {
            let ask = question(&state, &me, id).await?;
            again(&request, me, ask, form, errors, "Revoke").await
        }
        Err(other) => Err(other.into()),
    }
}

/// The question with what was typed, and what is wrong with it.
pub(super) async fn again(
    request: &HttpRequest,
    me: SignedIn,
    ask: Confirmation,
    form: NameForm,
    errors: FieldErrors,
    crumb: &str,
) -> Answer<HttpResponse> {
    let ask = Confirmation {
        typed: form.name,
        errors,
        ..ask
    };
    ask.respond(request, me.shell, crumbs(Some(crumb))).await
}

/// What follows: the row as it is now, or the list.
pub(super) async fn done(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &SignedIn,
    id: VerifierId,
    text: &str,
) -> Answer<HttpResponse> {
    if !is_htmx(request) {
        set_flash(session, text);
        return Ok(see_other(request, "/verifiers"));
    }
    let now = me.now();
    let row = state
        .snapshot(move |conn| VerifierRow::load(conn, id, now))
        .await?;
    let answer = page(StatusCode::OK, VerifierRowView { row }).await?;
    Ok(with_toast(answer, text))
}
