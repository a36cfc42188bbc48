//! A tenant asks for integrations, and reads how it went before.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::card::LockedCard;
use super::page::{HERE, crumbs};
use crate::actions::{access_requests, plans};
use crate::domain::rollout::Feature;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::past_step::PastStep;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

const FEATURE: Feature = Feature::Integrations;

/// The field as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessForm {
    reason: String,
}

#[derive(Template)]
#[template(path = "access_requests/new.html")]
struct AccessPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    card: LockedCard,
    form: AccessForm,
    errors: FieldErrors,
    history: Vec<PastStep>,
}

/// `GET /integrations/access-request`; who has integrations is led to them.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
) -> Answer<HttpResponse> {
    match load(&state, me, None, FieldErrors::default()).await? {
        Some(view) => page(StatusCode::OK, view).await,
        None => Ok(see_other(&request, HERE)),
    }
}

async fn load(
    state: &State,
    me: SignedIn,
    typed: Option<AccessForm>,
    errors: FieldErrors,
) -> Result<Option<AccessPage>> {
    let (by, now) = (me.actor(), me.now());
    let (card, history) = state
        .snapshot(move |conn| {
            let history = plans::history(conn, by.tenant)?;
            Ok((LockedCard::find(conn, &by)?, history))
        })
        .await?;
    Ok(card.map(|card| {
        let kept = card.waiting.as_ref().map(|open| AccessForm {
            reason: open.text.clone(),
        });
        AccessPage {
            shell: me.shell,
            crumbs: crumbs(Some("Ask for access")),
            form: typed.or(kept).unwrap_or_default(),
            card,
            errors,
            history: history
                .into_iter()
                .map(|past| PastStep::of_decision(past, now))
                .collect(),
        }
    }))
}

/// `POST /integrations/access-request`: asks, or changes what was said.
///
/// # Errors
/// `Forbidden` for viewers; a conflict when the organization has integrations. What is wrong shows the form again with
/// 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<AccessForm>,
) -> Answer<HttpResponse> {
    let (by, typed) = (me.actor(), form.clone());
    let asked = state
        .change(by, move |conn, by| {
            access_requests::ask(conn, by, FEATURE, &typed.reason)
        })
        .await;
    match asked {
        Ok(()) => {
            set_flash(
                &session,
                "Access is requested. Support sees it in its list.",
            );
            Ok(see_other(&request, HERE))
        }
        Err(Error::Invalid(errors)) => match load(&state, me, Some(form), errors).await? {
            Some(view) => page(StatusCode::UNPROCESSABLE_ENTITY, view).await,
            None => Ok(see_other(&request, HERE)),
        },
        Err(other) => Err(other.into()),
    }
}

/// `POST /integrations/access-request/withdrawal`.
///
/// # Errors
/// `Forbidden` for viewers; a conflict when the request was answered meanwhile.
pub async fn withdraw(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    state
        .change(by, move |conn, by| {
            access_requests::withdraw(conn, by, FEATURE)
        })
        .await?;
    set_flash(&session, "The request is withdrawn.");
    Ok(see_other(&request, HERE))
}
