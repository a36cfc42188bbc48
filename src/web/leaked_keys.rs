//! `/report-leaked-key`: whoever finds a key where it does not belong switches it off here, without an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::failure::Answer;
use super::form::{Form, page_for_strangers};
use super::held_key;
use super::shell::theme;
use super::state::State;
use crate::actions::key_lookups::NOT_WHOLE;
use crate::actions::leaked_keys::{self, LONGEST_PLACE};
use crate::domain::validate::FieldErrors;
use crate::domain::{key_text, validate};

/// The fields as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportForm {
    key: String,
    place: String,
}

#[derive(Template)]
#[template(path = "leaked_keys/new.html")]
struct ReportPage {
    theme: &'static str,
    csrf: String,
    /// Where it was found, as typed. The key itself is never shown again.
    place: String,
    errors: FieldErrors,
    /// What became of a report.
    told: Option<&'static str>,
}

/// `GET /report-leaked-key`.
///
/// # Errors
/// `Unavailable` without randomness.
pub async fn new(request: HttpRequest, state: web::Data<State>) -> Answer<HttpResponse> {
    let errors = FieldErrors::default();
    show(
        &request,
        &state,
        (StatusCode::OK, String::new()),
        errors,
        None,
    )
}

/// `POST /report-leaked-key`: when this answers, the key is refused. Whoever has a key may know what becomes of it; about
/// other keys nothing is said.
///
/// # Errors
/// `Unavailable` while this server can't be certain; `Throttled` after too many texts that no key has. What is wrong shows
/// the form again with 422, without the key.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Form(form): Form<ReportForm>,
) -> Answer<HttpResponse> {
    let mut errors = FieldErrors::default();
    let token = key_text::find_in(&form.key).ok_or_else(|| NOT_WHOLE.to_owned());
    let token = errors.take("key", token);
    let place = errors.take("place", validate::lines(&form.place, LONGEST_PLACE));
    if !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        // What holds a key is not shown again.
        let typed = Some(form.place).filter(|place| !key_text::appears_in(place));
        let again = (status, typed.unwrap_or_default());
        return show(&request, &state, again, errors, None);
    }
    let told = match held_key::find(token, &request, &state)? {
        None => "No key of this server has that text. Nothing was changed.",
        Some((_, false)) => {
            state.settle().await?;
            "This key does not work any more. Nothing had to be done."
        }
        Some((by, true)) => {
            state
                .write(move |conn| leaked_keys::report(conn, &by, &place))
                .await?;
            "Thank you. This key is switched off, and the people it belongs to are told."
        }
    };
    show(
        &request,
        &state,
        (StatusCode::OK, String::new()),
        errors,
        Some(told),
    )
}

fn show(
    request: &HttpRequest,
    state: &State,
    (status, place): (StatusCode, String),
    errors: FieldErrors,
    told: Option<&'static str>,
) -> Answer<HttpResponse> {
    page_for_strangers(request, &state.site, status, |csrf| ReportPage {
        theme: theme(request),
        csrf,
        place,
        errors,
        told,
    })
}
