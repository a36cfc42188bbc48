//! Other recovery codes, and signing in without a second factor again: each after password and code.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::user;
use super::second_factor::{refuse, show_codes};
use super::sessions::go_on;
use crate::actions::second_factors;
use crate::domain::{Error, password};
use crate::web::factor_duty::SET_UP;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;
use crate::web::state::State;
use crate::web::step_up::with_both;

const SHORT: &str =
    "Your password is too short to do without a second factor. Change it under Your account first.";

/// Both as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BothForm {
    password: String,
    code: String,
}

/// `POST /account/second-factor/recovery-codes`.
///
/// # Errors
/// `Unauthenticated`; a conflict without a second factor. What is wrong shows the page again with 422, too many attempts
/// with 429.
pub async fn renew_codes(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<BothForm>,
) -> Answer<HttpResponse> {
    let (by, email) = (me.holder(), user(&state, &me).await?.email);
    let typed = (form.password, form.code);
    let renewed = with_both(
        &request,
        &state,
        (&by, &email),
        typed,
        second_factors::renew_codes,
    )
    .await;
    match renewed {
        Ok(codes) => show_codes(&session, me, &codes, false).await,
        Err(error) => refuse(&state, me, error).await,
    }
}

/// `POST /account/second-factor/removal`: every other session ends.
///
/// # Errors
/// As [`renew_codes`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<BothForm>,
) -> Answer<HttpResponse> {
    let (by, email) = (me.holder(), user(&state, &me).await?.email);
    let typed = (form.password, form.code);
    let is_short = typed.0.chars().count() < password::least(false);
    let off = with_both(&request, &state, (&by, &email), typed, move |conn, by| {
        if is_short {
            return Err(Error::invalid("password", SHORT));
        }
        second_factors::switch_off(conn, by)
    })
    .await;
    match off {
        Ok(()) => {
            go_on(&session, &by)?;
            let text = "Your second factor is off. Your other sessions are over.";
            set_flash(&session, text);
            Ok(see_other(&request, SET_UP))
        }
        Err(error) => refuse(&state, me, error).await,
    }
}
