//! Ending the old tokens of a verifier before their time: the question, then the deed.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::crumbs::crumbs;
use super::revocations::{NameForm, again, done};
use super::row::last_used_of;
use crate::actions::verifiers;
use crate::db;
use crate::domain::id::VerifierId;
use crate::domain::{Error, Result};
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

async fn question(state: &State, me: &SignedIn, id: VerifierId) -> Result<Confirmation> {
    let now = me.now();
    let (verifier, old) = state
        .snapshot(move |conn| {
            let verifier = db::verifiers::find(conn, id)?;
            let old = db::verifier_rotations::list_running_of(conn, id, now)?;
            Ok((verifier, old))
        })
        .await?;
    let names: Vec<String> = old.iter().map(|one| format!("…{}", one.last4)).collect();
    let is_in_use = verifiers::is_in_use(verifiers::last_use_of(&old), now);
    Ok(Confirmation {
        title: "End old token now",
        text: format!(
            "Whatever still uses an old token of \"{}\" can no longer ask about keys, and must refuse its own callers. \
             The new token goes on working.",
            verifier.name
        ),
        csrf: me.csrf.clone(),
        action: format!("/verifiers/{id}/rotation/end"),
        cancel: "/verifiers".into(),
        target: format!("#verifier-{id}"),
        swap: "outerMorph",
        verb: "End old token",
        icon: "ban",
        facts: vec![
            (
                "Old token".into(),
                match names.as_slice() {
                    [] => "none works any more".into(),
                    names => names.join(", "),
                },
            ),
            ("Last used".into(), last_used_of(&old, now)),
        ],
        name: is_in_use.then_some(verifier.name),
        ..Confirmation::default()
    })
}

/// `GET /verifiers/{id}/rotation/end`.
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
    ask.respond(&request, me.shell, crumbs(Some("End old token")))
        .await
}

/// `POST /verifiers/{id}/rotation/end`: when this answers, the old tokens are refused.
///
/// # Errors
/// `NotFound`, also for anybody but a super user. Without the name, where an old token is in use, this asks again with
/// 422.
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
    let ended = state
        .change(by, move |conn, by| {
            verifiers::end_old_tokens(conn, by, id, &typed)
        })
        .await;
    match ended {
        Ok(verifier) => {
            let text = format!(
                "The old token of \"{}\" is refused from now on.",
                verifier.name
            );
            done(&request, &state, &session, &me, id, &text).await
        }
        Err(Error::Invalid(errors)) => {
            let ask = question(&state, &me, id).await?;
            again(&request, me, ask, form, errors, "End old token").await
        }
        Err(other) => Err(other.into()),
    }
}
