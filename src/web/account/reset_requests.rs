//! Asking for another password without being signed in. The answer is the same for every address; without mail there is no
//! such page.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::reset_requests;
use crate::domain::Error;
use crate::domain::validate::FieldErrors;
use crate::web::client;
use crate::web::failure::Answer;
use crate::web::form::{Form, page_for_strangers};
use crate::web::password_check::{arrival, throttled};
use crate::web::shell::theme;
use crate::web::state::State;

/// The address as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestForm {
    email: String,
}

#[derive(Template, Default)]
#[template(path = "password_resets/request.html")]
struct RequestPage {
    theme: &'static str,
    csrf: String,
    email: String,
    /// The address was taken.
    is_asked: bool,
    errors: FieldErrors,
}

/// `GET /password-reset/request`.
///
/// # Errors
/// `NotFound` where no mail is sent.
pub async fn new(request: HttpRequest, state: web::Data<State>) -> Answer<HttpResponse> {
    show(&request, &state, StatusCode::OK, RequestPage::default())
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    view: RequestPage,
) -> Answer<HttpResponse> {
    if !state.sends_mail() {
        return Err(Error::NotFound.into());
    }
    page_for_strangers(request, &state.site, status, |csrf| RequestPage {
        theme: theme(request),
        csrf,
        ..view
    })
}

/// `POST /password-reset/request`: the same words, after the same work, whether the address has an account or not.
///
/// # Errors
/// As [`new`]. What is no address shows the form again with 422, too many attempts with 429.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Form(form): Form<RequestForm>,
) -> Answer<HttpResponse> {
    if !state.sends_mail() {
        return Err(Error::NotFound.into());
    }
    let (typed, place) = (form.email.clone(), client::place(&request));
    let from = arrival(&request, &state);
    let asked = state
        .write(move |conn| reset_requests::ask(conn, &typed, place, &from))
        .await;
    let mut view = RequestPage {
        email: form.email,
        ..RequestPage::default()
    };
    match asked {
        Ok(()) => {
            view.is_asked = true;
            show(&request, &state, StatusCode::OK, view)
        }
        Err(Error::Invalid(errors)) => {
            view.errors = errors;
            show(&request, &state, StatusCode::UNPROCESSABLE_ENTITY, view)
        }
        Err(Error::Throttled(seconds)) => {
            view.errors.add("email", throttled(seconds));
            let mut response = show(&request, &state, StatusCode::TOO_MANY_REQUESTS, view)?;
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}
