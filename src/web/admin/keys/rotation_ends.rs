//! How a running rotation comes to its end: later, now, or back to the old secret.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;

use super::expiry::expiry;
use super::in_question::key_in_question;
use super::overtaken::{overtaken, page_of};
use crate::actions::key_rotations;
use crate::db;
use crate::db::key_rotations::Rotation;
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::key_rotations::Grace;
use crate::domain::{Conflict, Error, Result, key_text};
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::{Answer, Failure};
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::shell::crumbs;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The old secret's new grace.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    #[serde(default)]
    grace: String,
}

/// What has to be typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    #[serde(default)]
    last4: String,
}

/// Which secret ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Old,
    New,
}

/// `POST /tenant-api-keys/{id}/rotation/extension`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; `Invalid` for an unknown grace, and for one that ends the old secret earlier.
pub async fn extend(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(wanted): Form<Extension>,
) -> Answer<HttpResponse> {
    let (by, id) = (me.actor(), id.parse::<KeyId>()?);
    key_in_question(&state, &me, id).await?;
    let grace = Grace::parse(&wanted.grace).map_err(|text| Error::invalid("grace", text))?;
    let extended = state
        .change(by, move |conn, by| {
            key_rotations::extend(conn, by, id, grace)
        })
        .await;
    if let Err(cause) = extended {
        return ended_before(&request, &state, &session, &me, id, cause.into()).await;
    }
    set_flash(&session, "The old secret works on for longer.");
    Ok(see_other(&request, &format!("/tenant-api-keys/{id}")))
}

/// The key as it is now, when its rotation came to an end elsewhere.
async fn ended_before(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &SignedIn,
    id: KeyId,
    failure: Failure,
) -> Answer<HttpResponse> {
    let Failure(Error::Conflict(conflict @ (Conflict::NoRotationRunning | Conflict::KeyRevoked))) =
        failure
    else {
        return Err(failure);
    };
    let key = key_in_question(state, me, id).await?;
    let to = page_of(&key);
    overtaken(
        request,
        state,
        session,
        me,
        key,
        (&to, &conflict.to_string()),
    )
    .await
}

/// The key and its running rotation.
async fn running(state: &State, me: &SignedIn, id: KeyId) -> Result<(Key, Rotation)> {
    let key = key_in_question(state, me, id).await?;
    let (tenant, now, ids) = (me.member.tenant, me.now(), [key.id]);
    let mut found = state
        .read(move |conn| db::key_rotations::list_running(conn, tenant, &ids, now))
        .await?;
    Ok((key, found.pop().ok_or(Conflict::NoRotationRunning)?))
}

const DAY: TimeDelta = TimeDelta::days(1);

fn question(key: &Key, rotation: &Rotation, me: &SignedIn, ending: Ending) -> Confirmation {
    let hint = |last4: &str| key_text::hint(&key.key_prefix, last4);
    let (last4, last, noun) = match ending {
        Ending::Old => (&rotation.last4, &rotation.old, "end"),
        Ending::New => (&key.last4, &rotation.new, "cancellation"),
    };
    // Until the rotation the old secret was the key's only one, so the key's use was its own.
    let was_alone = matches!(ending, Ending::Old) && rotation.rotated_at > me.now() - DAY;
    let before = key.last_used_at().filter(|_| was_alone);
    let radius = BlastRadius::of_secret(hint(last4), last4, last, before, me.now());
    let (title, verb, text) = match ending {
        Ending::Old => (
            "End the old secret",
            "End it now",
            format!(
                "End the old secret of \"{}\" now? All applications that still use it will lose access immediately. The new one, …{}, works on.",
                key.name, key.last4
            ),
        ),
        Ending::New => (
            "Cancel the rotation",
            "Go back to the old secret",
            format!(
                "Go back to the old secret of \"{}\", …{}? The new secret, …{}, stops at once: all applications that use \
                 it already will lose access immediately. {}{}",
                key.name,
                rotation.last4,
                key.last4,
                stays(key, me),
                if key.sealed.is_some() {
                    " The sealed copy of the new secret is destroyed; the old one can't be shown again."
                } else {
                    ""
                },
            ),
        ),
    };
    Confirmation {
        title,
        text,
        csrf: me.csrf.clone(),
        action: format!("/tenant-api-keys/{}/rotation/{noun}", key.id),
        cancel: format!("/tenant-api-keys/{}", key.id),
        target: "#modal-root".into(),
        swap: "innerHTML",
        awaits: Some(format!("/tenant-api-keys/{}/confirmation", key.id)),
        verb,
        icon: "rotate-cw",
        radius: Some(radius),
        ..Confirmation::default()
    }
}

/// A cancellation gives back the secret, not the date.
fn stays(key: &Key, me: &SignedIn) -> String {
    match key.expires_at {
        Some(at) => format!(
            "The expiration chosen with the rotation stays: {} is the key's last day (UTC).",
            expiry(at, me.now()).date
        ),
        None => "The expiration chosen with the rotation stays: the key never expires.".into(),
    }
}

/// `GET /tenant-api-keys/{id}/rotation/end`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn ask_to_finish(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    ask(&request, &state, &session, me, &id, Ending::Old).await
}

/// `GET /tenant-api-keys/{id}/rotation/cancellation`.
///
/// # Errors
/// As [`ask_to_finish`].
pub async fn ask_to_cancel(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    ask(&request, &state, &session, me, &id, Ending::New).await
}

async fn ask(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: SignedIn,
    id: &str,
    ending: Ending,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let (key, rotation) = match running(state, &me, id).await {
        Ok(found) => found,
        Err(cause) => return ended_before(request, state, session, &me, id, cause.into()).await,
    };
    let question = question(&key, &rotation, &me, ending);
    question
        .respond(request, me.shell, crumbs(Some("Rotation")))
        .await
}

/// `POST /tenant-api-keys/{id}/rotation/end`: when this answers, the old secret is refused.
///
/// # Errors
/// As [`ask_to_finish`].
pub async fn finish(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(typed): Form<Typed>,
) -> Answer<HttpResponse> {
    conclude(&request, &state, &session, me, &id, (Ending::Old, typed)).await
}

/// `POST /tenant-api-keys/{id}/rotation/cancellation`: when this answers, the new secret is refused.
///
/// # Errors
/// As [`ask_to_finish`].
pub async fn cancel(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(typed): Form<Typed>,
) -> Answer<HttpResponse> {
    conclude(&request, &state, &session, me, &id, (Ending::New, typed)).await
}

async fn conclude(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: SignedIn,
    id: &str,
    (ending, typed): (Ending, Typed),
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let (key, rotation) = match running(state, &me, id).await {
        Ok(found) => found,
        Err(cause) => return ended_before(request, state, session, &me, id, cause.into()).await,
    };
    let mut ask = question(&key, &rotation, &me, ending);
    if let Some(radius) = &ask.radius {
        ask.errors.absorb(radius.check(&typed.last4))?;
    }
    if !ask.errors.is_empty() {
        ask.typed = typed.last4;
        return ask
            .respond(request, me.shell, crumbs(Some("Rotation")))
            .await;
    }
    let by = me.actor();
    let ended = state
        .change(by, move |conn, by| match ending {
            Ending::Old => key_rotations::finish(conn, by, id),
            Ending::New => key_rotations::cancel(conn, by, id),
        })
        .await;
    if let Err(cause) = ended {
        return ended_before(request, state, session, &me, id, cause.into()).await;
    }
    let text = match ending {
        Ending::Old => "The old secret is refused from now on.",
        Ending::New => "The key is back to its old secret. The new one is refused from now on.",
    };
    let proof = proof::told_of_key(state, &me, id).await;
    set_flash(session, &format!("{text}{proof}"));
    Ok(see_other(request, &format!("/tenant-api-keys/{id}")))
}
