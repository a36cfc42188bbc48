//! `/account`: what belongs to the person, in whatever tenant they are.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::session_rows::{self, SessionRow};
use crate::db;
use crate::db::users::User;
use crate::domain::password;
use crate::domain::validate::FieldErrors;
use crate::domain::zone::Zone;
use crate::web::browser_choices::has_shortcuts;
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Anybody;
use crate::web::state::State;

/// Where the page is.
pub const ACCOUNT: &str = "/account";

#[derive(Template)]
#[template(path = "account/show.html")]
struct AccountPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    name: String,
    email: String,
    /// As typed.
    new_email: String,
    /// Since when there is one.
    second_factor: Option<Moment>,
    /// Characters that a password needs.
    least: usize,
    sessions: Vec<SessionRow>,
    /// Single keys do something in this browser.
    shortcuts: bool,
    /// The zones that one can choose, by region.
    zones: Vec<(&'static str, Vec<(&'static str, String)>)>,
    errors: FieldErrors,
}

/// What was typed and is not saved.
#[derive(Debug, Default)]
pub struct Typed {
    /// Another name than the present one.
    pub name: Option<String>,
    /// Another address.
    pub email: Option<String>,
}

/// The row of whoever is signed in.
///
/// # Errors
/// `NotFound` when they may no longer sign in.
pub async fn user(state: &State, me: &Anybody) -> Answer<User> {
    let id = me.holder().id()?;
    Ok(state.read(move |conn| db::users::find(conn, id)).await?)
}

/// The page, with what is wrong with what was typed.
///
/// # Errors
/// As [`user`].
pub async fn show(
    request: &HttpRequest,
    state: &State,
    me: Anybody,
    status: StatusCode,
    typed: Typed,
    errors: FieldErrors,
) -> Answer<HttpResponse> {
    let user = user(state, &me).await?;
    let sessions = session_rows::list(request, state, user.id).await?;
    let view = AccountPage {
        shell: me.shell(),
        crumbs: vec![Crumb {
            label: "Your account".into(),
            href: None,
        }],
        name: typed.name.unwrap_or(user.name),
        new_email: typed.email.unwrap_or_default(),
        email: user.email,
        least: password::least(user.second_factor_at.is_some()),
        second_factor: user.second_factor_at.map(Moment::day),
        sessions,
        shortcuts: has_shortcuts(request),
        zones: Zone::regions(),
        errors,
    };
    page(status, view).await
}

/// `GET /account`.
///
/// # Errors
/// `Unauthenticated` when nobody is signed in.
pub async fn index(
    request: HttpRequest,
    me: Anybody,
    state: web::Data<State>,
) -> Answer<HttpResponse> {
    show(
        &request,
        &state,
        me,
        StatusCode::OK,
        Typed::default(),
        FieldErrors::default(),
    )
    .await
}
