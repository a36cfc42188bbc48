//! Another password for oneself.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{ACCOUNT, Typed, show, user};
use super::sessions::go_on;
use crate::actions::accounts;
use crate::db::users::User;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result, password};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::known_browser;
use crate::web::password_check::throttled;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;
use crate::web::state::State;
use crate::web::step_up::must_fit;

/// The fields as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    password: String,
    new_password: String,
}

/// `POST /account/password`: every other session ends.
///
/// # Errors
/// `Unauthenticated`. What is wrong shows the page again with 422, too many attempts with 429.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<PasswordForm>,
) -> Answer<HttpResponse> {
    let by = me.holder();
    let mut errors = FieldErrors::default();
    let status = match change(&request, &state, &me, &form).await {
        Ok(()) => {
            go_on(&session, &by)?;
            set_flash(
                &session,
                "Your password was changed. Your other sessions are over.",
            );
            let mut response = see_other(&request, ACCOUNT);
            known_browser::remember(&state, by.id()?, &mut response).await?;
            return Ok(response);
        }
        Err(Error::Invalid(wrong)) => {
            errors = wrong;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(Error::Throttled(seconds)) => {
            errors.add("password", throttled(seconds));
            StatusCode::TOO_MANY_REQUESTS
        }
        Err(other) => return Err(other.into()),
    };
    show(&request, &state, me, status, Typed::default(), errors).await
}

/// Checks another password of a person; the inner result says what is wrong with it.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn check(
    state: &State,
    user: &User,
    typed: &str,
) -> Result<std::result::Result<String, String>> {
    let (inside, with_factor) = (user.clone(), user.second_factor_at.is_some());
    let own = state
        .read(move |conn| accounts::own_words(conn, &inside))
        .await?;
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    Ok(password::check(typed, &own, with_factor))
}

async fn change(
    request: &HttpRequest,
    state: &web::Data<State>,
    me: &Anybody,
    form: &PasswordForm,
) -> Result<()> {
    let user = user(state, me).await.map_err(|failure| failure.0)?;
    check(state, &user, &form.new_password)
        .await?
        .map_err(|message| Error::invalid("new_password", message))?;
    let email = user.email;
    let digest = state.digest_password(form.new_password.clone()).await?;
    let by = me.holder();
    must_fit(request, state, &email, ("password", &form.password)).await?;
    state
        .change(by, move |conn, by| {
            accounts::change_password(conn, by, &digest)
        })
        .await
}
