//! One's second factor: what there is, and setting one up. The secret stands in the answers that set it up alone.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::page::user;
use super::sessions::go_on;
use crate::actions::second_factors::{self, Codes};
use crate::domain::second_factor::FactorSecret;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error};
use crate::web::factor_duty::SET_UP;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::masked_token;
use crate::web::password_check::throttled;
use crate::web::qr::Qr;
use crate::web::respond::{page, see_other};
use crate::web::session::{Who, set_flash};
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::staff::Anybody;
use crate::web::state::State;
use crate::web::step_up::must_fit;

const WRONG: &str =
    "This is not the code that the app shows for Keystead now. Is the clock of your phone right?";

#[derive(Template)]
#[template(path = "account/second_factor.html")]
struct FactorPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    /// Since when there is one.
    since: Option<Moment>,
    codes_left: i64,
    /// The person may do nothing else before they have one.
    is_needed: bool,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "account/second_factor_setup.html")]
struct SetupPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    /// QR code and text; shown once.
    secret: Option<(Qr, Zeroizing<String>)>,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    text: Zeroizing<String>,
    is_new: bool,
}

/// The password as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    password: String,
}

/// The first code as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    code: String,
}

fn crumbs(last: &str) -> Vec<Crumb> {
    trail(("Your account", super::page::ACCOUNT), (last, SET_UP), None)
}

/// `GET /account/second-factor`.
///
/// # Errors
/// `Unauthenticated`.
pub async fn index(me: Anybody, state: web::Data<State>) -> Answer<HttpResponse> {
    show(&state, me, StatusCode::OK, FieldErrors::default()).await
}

/// The page, with what is wrong with what was typed.
///
/// # Errors
/// As [`user`].
pub async fn show(
    state: &State,
    me: Anybody,
    status: StatusCode,
    errors: FieldErrors,
) -> Answer<HttpResponse> {
    let user = user(state, &me).await?;
    let id = user.id;
    let codes_left = state
        .read(move |conn| second_factors::codes_left(conn, id))
        .await?;
    let is_staff = user.support || user.super_user;
    let view = FactorPage {
        shell: me.shell(),
        crumbs: crumbs("Second factor"),
        since: user.second_factor_at.map(Moment::day),
        codes_left,
        is_needed: state.site.require_second_factor.binds(is_staff),
        errors,
    };
    page(status, view).await
}

/// `POST /account/second-factor`: the secret, after the password.
///
/// # Errors
/// `Unauthenticated`; a conflict when there is one already. What is wrong shows the page again with 422, too many attempts
/// with 429.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: Anybody,
    Form(form): Form<PasswordForm>,
) -> Answer<HttpResponse> {
    let (by, email, inside) = (me.holder(), user(&state, &me).await?.email, state.clone());
    let typed = ("password", form.password.as_str());
    let begun = match must_fit(&request, &state, &email, typed).await {
        Ok(()) => {
            state
                .change(by, move |conn, by| {
                    second_factors::begin(conn, by, &inside.master_keys)
                })
                .await
        }
        Err(refused) => Err(refused),
    };
    match begun {
        Ok(secret) => set_up(me, &email, &secret).await,
        Err(error) => refuse(&state, me, error).await,
    }
}

/// The page with what is wrong: the status and words of refusals that are the person's to mend.
///
/// # Errors
/// The others.
pub async fn refuse(state: &State, me: Anybody, error: Error) -> Answer<HttpResponse> {
    match error {
        Error::Invalid(errors) => show(state, me, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
        Error::Throttled(seconds) => {
            let mut errors = FieldErrors::default();
            errors.add("password", throttled(seconds));
            show(state, me, StatusCode::TOO_MANY_REQUESTS, errors).await
        }
        other => Err(other.into()),
    }
}

async fn set_up(me: Anybody, email: &str, secret: &FactorSecret) -> Answer<HttpResponse> {
    let view = SetupPage {
        shell: me.shell(),
        crumbs: crumbs("Second factor"),
        secret: Some((Qr::of(&secret.address(email)?)?, secret.text())),
        errors: FieldErrors::default(),
    };
    page(StatusCode::CREATED, view).await
}

/// `POST /account/second-factor/confirmation`: the recovery codes, after the first code. Other sessions end.
///
/// # Errors
/// `Unauthenticated`. A wrong code asks again with 422, and does not show the secret again.
pub async fn confirm(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<CodeForm>,
) -> Answer<HttpResponse> {
    let (by, inside) = (me.holder(), state.clone());
    let confirmed = state
        .change(by, move |conn, by| {
            second_factors::confirm(conn, by, &inside.master_keys, &form.code)
        })
        .await;
    match confirmed {
        Ok(Some(codes)) => {
            go_on(&session, &me.holder())?;
            show_codes(&session, me, &codes, true).await
        }
        Ok(None) => {
            let mut errors = FieldErrors::default();
            errors.add("code", WRONG);
            // Without the secret: this may be another session than the one that typed the password.
            let view = SetupPage {
                shell: me.shell(),
                crumbs: crumbs("Second factor"),
                secret: None,
                errors,
            };
            page(StatusCode::UNPROCESSABLE_ENTITY, view).await
        }
        Err(Error::Conflict(conflict @ (Conflict::SetupOver | Conflict::SecondFactorOn))) => {
            set_flash(&session, &conflict.to_string());
            Ok(see_other(&request, SET_UP))
        }
        Err(other) => Err(other.into()),
    }
}

/// The only page that shows recovery codes. The session may have become another one with this very request.
///
/// # Errors
/// `Unavailable` without randomness.
pub async fn show_codes(
    session: &Session,
    me: Anybody,
    codes: &Codes,
    is_new: bool,
) -> Answer<HttpResponse> {
    let (_, _, csrf) = Who::read(session)?;
    let mut shell = me.shell();
    shell.csrf = masked_token::mask(&csrf)?;
    let mut text = Zeroizing::new(String::new());
    for code in codes {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(code);
    }
    let view = CodesPage {
        shell,
        crumbs: crumbs("Recovery codes"),
        text,
        is_new,
    };
    page(StatusCode::CREATED, view).await
}
