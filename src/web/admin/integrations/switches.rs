//! The organisation's switch: on with a credential that was kept, off with or without destroying it. Both ask first.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::at::{At, There};
use super::questions::{inheritors_of, named, question};
use super::row::facts;
use crate::actions::inheritors::Inheritor;
use crate::actions::integrations;
use crate::domain::environment::Environment;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::admin::confirmation::{Choice, Confirmation};
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::numbers::counted;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// `GET /integrations/{slug}/switch-on`.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; `Invalid` where nothing can be shared.
pub async fn ask_to_enable(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    let (there, inheritors) = load(&state, &me, &at).await?;
    let kept = there.kept();
    let applies = [Environment::Live, Environment::Test]
        .into_iter()
        .filter_map(|environment| kept.current(environment));
    let mut told: Vec<(String, String)> = applies
        .map(|credential| ("Credential".to_owned(), facts(credential)))
        .collect();
    told.extend(named(&inheritors));
    let ask = Confirmation {
        title: "Switch integration on",
        text: format!(
            "{} get the organisation's credential for {} from now on.",
            counted(count(&inheritors), "project", "projects"),
            there.entry.name
        ),
        action: format!("{}/switch-on", at.page()),
        verb: "Switch on",
        icon: "plug",
        ..question(&me, &at, told)
    };
    ask.respond(&request, me.shell.clone(), there.crumbs(Some("Switch on")))
        .await
}

/// `POST /integrations/{slug}/switch-on`.
///
/// # Errors
/// As [`ask_to_enable`]; a conflict `no-credential`.
pub async fn enable(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, target) = (me.actor(), at.target(&state)?);
    let name = target.name.clone();
    state
        .change(by, move |conn, by| integrations::enable(conn, by, &target))
        .await?;
    set_flash(&session, &format!("{name} is switched on."));
    Ok(see_other(&request, &at.page()))
}

/// What was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OffForm {
    credentials: String,
}

/// `GET /integrations/{slug}/switch-off`.
///
/// # Errors
/// As [`ask_to_enable`].
pub async fn ask_to_disable(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    let (there, inheritors) = load(&state, &me, &at).await?;
    let kept = counted(
        i64::try_from(there.kept().credentials.len()).unwrap_or_default(),
        "credential",
        "credentials",
    );
    let ask = Confirmation {
        title: "Switch integration off",
        text: format!(
            "{} no longer get a credential for {}, from now on. Projects with one of their own go on with it.",
            counted(count(&inheritors), "project", "projects"),
            there.entry.name
        ),
        action: format!("{}/switch-off", at.page()),
        verb: "Switch off",
        icon: "ban",
        choice: Some(Choice {
            name: "credentials",
            label: "Credentials of the organisation",
            options: vec![
                ("keep".into(), format!("Keep {kept}, to switch it on again")),
                ("destroy".into(), format!("Destroy {kept} for good")),
            ],
            chosen: "keep".into(),
        }),
        ..question(&me, &at, named(&inheritors))
    };
    ask.respond(&request, me.shell.clone(), there.crumbs(Some("Switch off")))
        .await
}

/// `POST /integrations/{slug}/switch-off`: when this answers, no project gets the organisation's credential.
///
/// # Errors
/// As [`ask_to_enable`].
pub async fn disable(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    Form(form): Form<OffForm>,
) -> Answer<HttpResponse> {
    let destroy = match form.credentials.as_str() {
        "keep" => false,
        "destroy" => true,
        _ => {
            let text = "Choose whether the credentials are kept or destroyed.";
            return Err(Error::invalid("credentials", text).into());
        }
    };
    let (by, target) = (me.actor(), at.target(&state)?);
    let name = target.name.clone();
    let disabled = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        integrations::disable(conn, by, &target, destroy)
    })
    .await;
    if let Err(refused) = disabled {
        let said = vec![("credentials", form.credentials)];
        return password_question(&request, &me, said, &at.page(), refused).await;
    }
    let text = if destroy {
        format!("{name} is switched off, and its credentials are destroyed.")
    } else {
        format!("{name} is switched off. Its credentials are kept.")
    };
    set_flash(&session, &text);
    Ok(see_other(&request, &at.page()))
}

async fn load<'a>(state: &'a State, me: &SignedIn, at: &At) -> Result<(There<'a>, Vec<Inheritor>)> {
    me.actor().must_hold(Right::ChangeIntegrations)?;
    at.target(state)?;
    let there = at.load(state, me).await?;
    let inheritors = inheritors_of(state, me, &there, Environment::Live).await?;
    Ok((there, inheritors))
}

fn count(inheritors: &[Inheritor]) -> i64 {
    i64::try_from(inheritors.len()).unwrap_or_default()
}
