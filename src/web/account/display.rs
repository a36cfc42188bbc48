//! How pages look and behave in this browser: the colour theme, and shortcuts.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::page::ACCOUNT;
use crate::domain::Error;
use crate::web::browser_choices::{SHORTCUTS, THEME, cookie};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;

/// The choices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayForm {
    theme: String,
    /// Empty when it is not ticked.
    #[serde(default)]
    shortcuts: String,
}

/// `POST /account/display`.
///
/// # Errors
/// `Unauthenticated`.
pub async fn update(
    request: HttpRequest,
    session: Session,
    _: Anybody,
    Form(form): Form<DisplayForm>,
) -> Answer<HttpResponse> {
    let theme = match form.theme.as_str() {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    };
    let off = form.shortcuts.is_empty().then_some("off");
    set_flash(&session, "Saved for this browser.");
    let mut response = see_other(&request, ACCOUNT);
    for kept in [cookie(THEME, theme), cookie(SHORTCUTS, off)] {
        response.add_cookie(&kept).map_err(Error::internal)?;
    }
    Ok(response)
}
