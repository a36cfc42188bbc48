//! Another password by a link, for somebody who forgot theirs. Opening the link changes nothing.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::passwords;
use crate::actions::accounts;
use crate::db::users::User;
use crate::domain::password::least;
use crate::domain::reset_link::ResetLink;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, page_for_strangers};
use crate::web::known_browser;
use crate::web::password_check::arrival;
use crate::web::respond::see_other;
use crate::web::shell::theme;
use crate::web::state::State;

/// The link's query.
#[derive(Deserialize)]
pub struct Token {
    token: Option<String>,
}

/// The fields as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetForm {
    token: String,
    password: String,
}

#[derive(Template)]
#[template(path = "password_resets/new.html")]
struct ResetPage {
    theme: &'static str,
    csrf: String,
    token: String,
    email: String,
    least: usize,
    errors: FieldErrors,
}

async fn open(state: &web::Data<State>, token: &str) -> Result<(ResetLink, User)> {
    let link = ResetLink::parse(token).ok_or(Error::NotFound)?;
    let (inside, wanted, now) = (state.clone(), link.clone(), state.now());
    let user = state
        .read(move |conn| accounts::open_reset(conn, &wanted, &inside.index().peppers(), now))
        .await?;
    Ok((link, user))
}

/// `GET /password-reset?token=…`.
///
/// # Errors
/// `NotFound` when the link was used, has ended, or never was.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    link: web::Query<Token>,
) -> Answer<HttpResponse> {
    let token = link.into_inner().token.unwrap_or_default();
    let (_, user) = open(&state, &token).await?;
    let errors = FieldErrors::default();
    show(&request, &state, StatusCode::OK, token, user, errors)
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    token: String,
    user: User,
    errors: FieldErrors,
) -> Answer<HttpResponse> {
    page_for_strangers(request, &state.site, status, |csrf| ResetPage {
        theme: theme(request),
        csrf,
        token,
        least: least(user.second_factor_at.is_some()),
        email: user.email,
        errors,
    })
}

/// `POST /password-reset`: all sessions of the person end, and they sign in with the new password.
///
/// # Errors
/// As [`new`]. A password that is too short shows the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    Form(form): Form<ResetForm>,
) -> Answer<HttpResponse> {
    let (link, user) = open(&state, &form.token).await?;
    if let Err(message) = passwords::check(&state, &user, &form.password).await? {
        let mut errors = FieldErrors::default();
        errors.add("password", message);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&request, &state, status, form.token, user, errors);
    }
    let digest = state.digest_password(form.password).await?;
    let (inside, from) = (state.clone(), arrival(&request, &state));
    state
        .write(move |conn| {
            let peppers = inside.index().peppers();
            accounts::reset_password(conn, &link, &peppers, &digest, from)
        })
        .await?;
    session.purge();
    let mut response = see_other(&request, "/login?over=reset");
    // Whoever opened the link reads the mail of the account: others who try it make nobody wait here.
    known_browser::remember(&state, user.id, &mut response).await?;
    Ok(response)
}
