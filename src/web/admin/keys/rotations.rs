//! Another secret for a key: the question, then the one answer that shows the secret.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::in_question::key_in_question;
use super::overtaken::{overtaken, page_of, revoked_before};
use super::query::Back;
use super::rotation_form::{COMPROMISED, RotationForm};
use super::rotation_question::Question;
use super::secrets::{Secret, show_secret};
use crate::actions::key_rotations::{self, Rotated, Rotating};
use crate::actions::keys::check_reason;
use crate::domain::id::KeyId;
use crate::domain::key_rotations::Grace;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, OWN_PASSWORD};
use crate::web::proof;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// What the form is opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Opened {
    /// `now`: to rotate once more while a rotation runs, which ends both secrets at once.
    #[serde(default)]
    again: String,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// `GET /tenant-api-keys/{id}/rotation`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    opened: web::Query<Opened>,
) -> Answer<HttpResponse> {
    let key = key_in_question(&state, &me, id.parse()?).await?;
    if let Some(text) = revoked_before(&key) {
        let to = page_of(&key);
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let form = RotationForm::new(&key, me.now())?;
    let mut ask = Question::load(&state, &me, key, back.list(), form).await?;
    let is_compromised = opened.reason == COMPROMISED;
    if is_compromised {
        COMPROMISED.clone_into(&mut ask.form.reason);
    }
    // While a rotation runs, its end is asked about first.
    if (ask.running.is_none() && is_compromised) || (ask.running.is_some() && opened.again == "now")
    {
        "now".clone_into(&mut ask.form.grace);
    }
    ask.respond(&request, me.shell, StatusCode::OK).await
}

/// `POST /tenant-api-keys/{id}/rotation`: the answer to this request alone shows the new secret. What is typed wrong
/// asks again, with 422 or 409.
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
    Form(form): Form<RotationForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let key = key_in_question(&state, &me, id).await?;
    if let Some(text) = revoked_before(&key) {
        let to = page_of(&key);
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let mut ask = Question::load(&state, &me, key, back.list(), form).await?;
    match rotate(&request, &state, &me, id, &ask).await {
        Ok(Rotated::New(key, secret)) => {
            let proof = proof::told_of_key(&state, &me, id).await;
            let old = format!("{}{proof}", ask.fate_of_old_secret(me.now()));
            let secret = Secret::rotated(&key, &secret, &state.site, &old).of_list(&key, &ask.list);
            show_secret(&request, me, "Rotate", secret, StatusCode::CREATED).await
        }
        Ok(Rotated::Replayed(key)) => {
            let text = "This form was sent before: the key was rotated then, and its new secret was shown. If you did not keep it, rotate again.";
            set_flash(&session, text);
            Ok(see_other(&request, &format!("/tenant-api-keys/{}", key.id)))
        }
        Err(Error::Invalid(errors)) => {
            ask.errors = errors;
            ask.respond(&request, me.shell, StatusCode::UNPROCESSABLE_ENTITY)
                .await
        }
        Err(Error::Conflict(conflict)) if conflict != Conflict::KeyRevoked => {
            if conflict == Conflict::RotationRunning {
                // It may have begun a moment ago.
                let key = key_in_question(&state, &me, id).await?;
                ask = Question::load(&state, &me, key, ask.list, ask.form).await?;
            }
            ask.banner = Some(conflict.to_string());
            ask.respond(&request, me.shell, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn rotate(
    request: &HttpRequest,
    state: &web::Data<State>,
    me: &SignedIn,
    id: KeyId,
    ask: &Question,
) -> Result<Rotated> {
    let (by, form) = (me.actor(), ask.form.clone());
    if form.idempotency_key.len() != 64 {
        return Err(Error::BadRequest(
            "This form is damaged; reload the page.".into(),
        ));
    }
    let (who, idempotency_key) = (by.clone(), form.idempotency_key.clone());
    let made = state.read(move |conn| key_rotations::was_rotated(conn, &who, id, &idempotency_key));
    // Asked first: after the first request other characters would have to be typed.
    if made.await? {
        state.settle().await?;
        return Ok(Rotated::Replayed(ask.key.clone()));
    }
    let proven = step_up::look(request, state, &me.holder()).await?;
    let mut errors = FieldErrors::default();
    let grace = Grace::parse(&form.grace).unwrap_or_else(|text| {
        errors.add("grace", text);
        Grace::Seconds(0)
    });
    let expires_at = form.expires_at(by.now).unwrap_or_else(|(field, text)| {
        errors.add(field, text);
        None
    });
    errors.absorb(check_reason(&form.reason).map(|_| ()))?;
    if grace.is_none() && errors.get("grace").is_none() {
        errors.absorb(ask.radius.check(&form.last4))?;
    }
    errors.into_result()?;
    let inside = state.clone();
    let rotated = proven
        .change(state, by, move |conn, by| {
            let peppers = inside.index().peppers();
            let how = Rotating {
                pepper: peppers.newest()?,
                master_keys: &inside.master_keys,
                grace,
                expires_at,
                reason: &form.reason,
                replaces_unused: false,
                idempotency_key: Some(&form.idempotency_key),
            };
            key_rotations::rotate(conn, by, id, how)
        })
        .await;
    match rotated {
        // The action's word for it; the form has two fields.
        Err(Error::Invalid(errors)) if errors.get(OWN_PASSWORD).is_none() => {
            let field = if ask.form.expiry == "date" {
                "expires_on"
            } else {
                "expiry"
            };
            let first = errors.list().first().map(|(_, text)| text.clone());
            Err(Error::invalid(field, first.unwrap_or_default()))
        }
        other => other,
    }
}
