//! Whether a project takes the organisation's credential, and the end of its own.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::at::At;
use super::questions::question;
use super::row::facts;
use crate::actions::{credentials, integrations};
use crate::domain::environment::Environment;
use crate::domain::integration::Effective;
use crate::domain::right::Right;
use crate::web::admin::confirmation::Confirmation;
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::session::{set_flash, set_flash_and_undo};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// `POST /projects/{project}/integrations/{slug}/block`: at once, since it can be undone.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; a conflict `project-archived`.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    set(&request, &state, &session, &me, &at, true).await
}

/// `POST /projects/{project}/integrations/{slug}/block/removal`.
///
/// # Errors
/// As [`create`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    set(&request, &state, &session, &me, &at, false).await
}

async fn set(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &SignedIn,
    at: &At,
    blocked: bool,
) -> Answer<HttpResponse> {
    let (by, target) = (me.actor(), at.target(state)?);
    let name = target.name.clone();
    state
        .change(by, move |conn, by| {
            integrations::set_blocked(conn, by, &target, blocked)
        })
        .await?;
    let (text, undo) = if blocked {
        let text =
            format!("This project no longer takes the organisation's credential for {name}.");
        (text, format!("{}/block/removal", at.page()))
    } else {
        let text = format!("This project takes the organisation's credential for {name} again.");
        (text, format!("{}/block", at.page()))
    };
    set_flash_and_undo(session, &text, Some(undo));
    Ok(see_other(request, &at.page()))
}

/// `GET /projects/{project}/integrations/{slug}/override-removal`: says first what applies afterwards.
///
/// # Errors
/// As [`create`].
pub async fn ask_to_remove_override(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeIntegrations)?;
    at.target(&state)?;
    let there = at.load(&state, &me).await?;
    let then = there.entry.each_environment().iter().map(|environment| {
        let label = match (there.entry.environments, environment) {
            (false, _) => "Then",
            (true, Environment::Live) => "Then, live",
            (true, Environment::Test) => "Then, test",
        };
        let effective = there.of.without_own(*environment);
        let text = match effective {
            Effective::Organization(shared) => format!("Organisation: {}", facts(shared)),
            other => other.label().to_owned(),
        };
        (label.to_owned(), text)
    });
    let ask = Confirmation {
        title: "Remove override",
        text: format!(
            "All credentials that this project has for {} are destroyed for good.",
            there.entry.name
        ),
        action: format!("{}/override-removal", at.page()),
        verb: "Remove override",
        icon: "trash-2",
        ..question(&me, &at, then.collect())
    };
    ask.respond(
        &request,
        me.shell.clone(),
        there.crumbs(Some("Remove override")),
    )
    .await
}

/// `POST /projects/{project}/integrations/{slug}/override-removal`: when this answers, the organisation's applies again.
///
/// # Errors
/// As [`create`].
pub async fn remove_override(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, target) = (me.actor(), at.target(&state)?);
    let removed = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        credentials::remove_all(conn, by, &target)
    })
    .await;
    if let Err(refused) = removed {
        return password_question(&request, &me, Vec::new(), &at.page(), refused).await;
    }
    set_flash(&session, "The override is removed.");
    Ok(see_other(&request, &at.page()))
}
