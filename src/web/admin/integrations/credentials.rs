//! What is done to a credential that is kept: made current, gone back to, removed.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::at::{At, There};
use super::questions::{inheritors_of, named, question};
use super::row::facts;
use crate::actions::credentials;
use crate::db::credentials::Credential;
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::domain::integration::{Effective, Level, Standing};
use crate::domain::right::Right;
use crate::web::admin::confirmation::Confirmation;
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// `GET …/credentials/{id}/promotion`: before the one that stands by takes the place of the current one.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`.
pub async fn ask_to_promote(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeIntegrations)?;
    let there = at.load(&state, &me).await?;
    let credential = there.credential()?;
    let told = who_gets(&state, &me, &there, credential.environment).await?;
    let ask = Confirmation {
        title: "Make credential current",
        text: format!(
            "\"{}\" takes the place of the current credential of {}. You can go back for 24 hours.",
            credential.name, there.entry.name
        ),
        action: format!("{}/credentials/{}/promotion", at.page(), credential.id),
        verb: "Make current",
        icon: "check",
        ..question(&me, &at, told)
    };
    ask.respond(
        &request,
        me.shell.clone(),
        there.crumbs(Some("Make current")),
    )
    .await
}

/// `POST …/credentials/{id}/promotion`: also the way back to the one before, for 24 hours.
///
/// # Errors
/// As [`ask_to_promote`]; the conflicts `going-back-is-over` and `project-archived`.
pub async fn promote(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, target, id) = (me.actor(), at.target(&state)?, at.credential()?);
    let made = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        credentials::make_current(conn, by, &target, id)
    })
    .await;
    let credential = match made {
        Ok(credential) => credential,
        Err(refused) => {
            return password_question(&request, &me, Vec::new(), &at.page(), refused).await;
        }
    };
    let text = format!("\"{}\" applies from now on.", credential.name);
    set_flash(&session, &text);
    Ok(see_other(&request, &at.page()))
}

/// `GET …/credentials/{id}/removal`.
///
/// # Errors
/// As [`ask_to_promote`].
pub async fn ask_to_remove(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeIntegrations)?;
    let there = at.load(&state, &me).await?;
    let credential = there.credential()?;
    let told = if credential.standing() == Standing::Current {
        who_gets(&state, &me, &there, credential.environment).await?
    } else {
        Vec::new()
    };
    let ask = Confirmation {
        title: "Remove credential",
        text: format!(
            "\"{}\" is destroyed for good. {}",
            credential.name,
            afterwards(&there, credential)
        ),
        action: format!("{}/credentials/{}/removal", at.page(), credential.id),
        verb: "Remove credential",
        icon: "trash-2",
        ..question(&me, &at, told)
    };
    ask.respond(&request, me.shell.clone(), there.crumbs(Some("Remove")))
        .await
}

/// `POST …/credentials/{id}/removal`: when this answers, it is gone.
///
/// # Errors
/// As [`ask_to_promote`]; a conflict `project-archived`.
pub async fn remove(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, target, id) = (me.actor(), at.target(&state)?, at.credential()?);
    let removed = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        credentials::remove(conn, by, &target, id)
    })
    .await;
    if let Err(refused) = removed {
        return password_question(&request, &me, Vec::new(), &at.page(), refused).await;
    }
    set_flash(&session, "The credential is removed.");
    Ok(see_other(&request, &at.page()))
}

/// What applies when this one is gone.
fn afterwards(there: &There<'_>, credential: &Credential) -> String {
    if credential.standing() != Standing::Current {
        return "The current credential stays as it is.".into();
    }
    if there.at.level == Level::Organization {
        return "Nothing takes its place: projects without a credential of their own have none."
            .into();
    }
    match there.of.without_own(credential.environment) {
        Effective::Organization(shared) => format!(
            "The organisation's credential will be used again: {}.",
            facts(shared)
        ),
        Effective::Blocked => {
            "Nothing takes its place: this project does not take the organisation's credential."
                .into()
        }
        Effective::Project(_) | Effective::NotSet => {
            "Nothing takes its place: the organisation has none.".into()
        }
    }
}

/// The projects that a change at the organisation's level reaches.
async fn who_gets(
    state: &State,
    me: &SignedIn,
    there: &There<'_>,
    environment: Environment,
) -> Result<Vec<(String, String)>> {
    match there.at.level {
        Level::Project(_) => Ok(Vec::new()),
        Level::Organization => Ok(named(&inheritors_of(state, me, there, environment).await?)),
    }
}
