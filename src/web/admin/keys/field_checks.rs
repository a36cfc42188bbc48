//! What is wrong with a field, said when it is left and not only when its form is sent. Nothing changes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::edit_form::EditForm;
use super::field_names::of_form;
use super::form::KeyForm;
use crate::domain::Result;
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::page;
use crate::web::signed_in::SignedIn;

/// Fields with a place for what is wrong with them.
const FIELDS: [&str; 12] = [
    "name",
    "description",
    "environment",
    "group",
    "project",
    "owner",
    "expires_on",
    "ip_allowlist",
    "ip_allowlist_mode",
    "rate_limit",
    "rate_limit_per",
    "rate_limit_burst",
];

/// Which fields.
#[derive(Debug, Deserialize)]
pub struct Which {
    /// Their names, with commas between them.
    #[serde(default)]
    fields: String,
}

#[derive(Template)]
#[template(path = "keys/_checked.html")]
struct Checked {
    fields: Vec<&'static str>,
    errors: FieldErrors,
}

/// `POST /tenant-api-keys/validation`: of the form that generates.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn generate(
    me: SignedIn,
    which: web::Query<Which>,
    Form(form): Form<KeyForm>,
) -> Answer<HttpResponse> {
    answer(&me, &which, form.check(me.now()).map(|_| ())).await
}

/// `POST /tenant-api-keys/edit-validation`: of the form that edits.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn edit(
    me: SignedIn,
    which: web::Query<Which>,
    Form(form): Form<EditForm>,
) -> Answer<HttpResponse> {
    let checked = form.check(me.now()).map(|_| ());
    answer(&me, &which, checked.map_err(of_form)).await
}

async fn answer(me: &SignedIn, which: &Which, checked: Result<()>) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeKeys)?;
    let mut errors = FieldErrors::default();
    errors.absorb(checked)?;
    let asked: Vec<&str> = which.fields.split(',').collect();
    let fields = FIELDS.into_iter().filter(|field| asked.contains(field));
    let fields = fields.collect();
    page(StatusCode::OK, Checked { fields, errors }).await
}
