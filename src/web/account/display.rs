//! How pages look and behave: the colour theme and shortcuts in this browser, the time zone wherever one signs in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{ACCOUNT, Typed, show};
use crate::actions::accounts;
use crate::domain::Error;
use crate::web::browser_choices::{SHORTCUTS, THEME, cookie};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;
use crate::web::state::State;

/// The choices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayForm {
    theme: String,
    /// Empty when it is not ticked.
    #[serde(default)]
    shortcuts: String,
    /// The name of a zone; `None`: it stays.
    time_zone: Option<String>,
}

/// `POST /account/display`.
///
/// # Errors
/// `Unauthenticated`. An unknown time zone changes nothing, and shows the page again with 422.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<DisplayForm>,
) -> Answer<HttpResponse> {
    if let Some(zone) = form.time_zone {
        let by = me.holder();
        let chosen = state
            .change(by, move |conn, by| {
                accounts::choose_time_zone(conn, by, &zone)
            })
            .await;
        match chosen {
            Ok(()) => {}
            Err(Error::Invalid(errors)) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return show(&request, &state, me, status, Typed::default(), errors).await;
            }
            Err(other) => return Err(other.into()),
        }
    }
    let theme = match form.theme.as_str() {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    };
    let off = form.shortcuts.is_empty().then_some("off");
    set_flash(&session, "Saved.");
    let mut response = see_other(&request, ACCOUNT);
    for kept in [cookie(THEME, theme), cookie(SHORTCUTS, off)] {
        response.add_cookie(&kept).map_err(Error::internal)?;
    }
    Ok(response)
}
