//! The colour theme, kept in a cookie so that the first byte of a page has the right colours.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

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
    let cookie = Cookie::build("theme", theme)
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .finish();
    let mut response = see_other(&request, local_path(&request, &form.next));
    if response.add_cookie(&cookie).is_err() {
        tracing::warn!("the theme cookie could not be written");
    }
    response
}
