//! The colour theme, kept in a cookie so that the first byte of a page has the right colours.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::web::browser_choices::{THEME, cookie};
use crate::web::form::Form;
use crate::web::local_path::local_path;
use crate::web::respond::see_other;

/// The button's form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeForm {
    theme: String,
    next: String,
}

/// `POST /theme`.
pub async fn update(request: HttpRequest, Form(form): Form<ThemeForm>) -> HttpResponse {
    let theme = if form.theme == "dark" {
        "dark"
    } else {
        "light"
    };
    let mut response = see_other(&request, local_path(&request, &form.next));
    if response.add_cookie(&cookie(THEME, Some(theme))).is_err() {
        tracing::warn!("the theme cookie could not be written");
    }
    response
}
