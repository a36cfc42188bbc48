//! Another address for oneself: the one to sign in with.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{ACCOUNT, Typed, show, user};
use super::sessions::go_on;
use crate::actions::accounts;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::password_check::throttled;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;
use crate::web::state::State;
use crate::web::step_up::must_fit;

/// The field for the password; the page has another one for changing it.
const PASSWORD: &str = "email_password";

/// The fields as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    email: String,
    email_password: String,
}

/// `POST /account/email`: every other session ends, and the old address signs nobody in.
///
/// # Errors
/// `Unauthenticated`. What is wrong shows the page again with 422, too many attempts with 429.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<EmailForm>,
) -> Answer<HttpResponse> {
    let (status, errors) = match change(&request, &state, &me, &form).await {
        Ok(None) => {
            set_flash(&session, "You sign in with this address already.");
            return Ok(see_other(&request, ACCOUNT));
        }
        Ok(Some(email)) => {
            go_on(&session, &me.holder())?;
            let text = format!("You sign in with {email} now. Your other sessions are over.");
            set_flash(&session, &text);
            return Ok(see_other(&request, ACCOUNT));
        }
        Err(Error::Invalid(wrong)) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
        Err(Error::Throttled(seconds)) => {
            let mut errors = FieldErrors::default();
            errors.add(PASSWORD, throttled(seconds));
            (StatusCode::TOO_MANY_REQUESTS, errors)
        }
        Err(other) => return Err(other.into()),
    };
    let typed = Typed {
        email: Some(form.email),
        ..Typed::default()
    };
    show(&request, &state, me, status, typed, errors).await
}

async fn change(
    request: &HttpRequest,
    state: &web::Data<State>,
    me: &Anybody,
    form: &EmailForm,
) -> Result<Option<String>> {
    let present = user(state, me).await.map_err(|failure| failure.0)?.email;
    let (by, wanted) = (me.holder(), form.email.clone());
    let typed = (PASSWORD, form.email_password.as_str());
    must_fit(request, state, &present, typed).await?;
    state
        .change(by, move |conn, by| {
            accounts::change_email(conn, by, &wanted)
        })
        .await
}
