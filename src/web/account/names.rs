//! Another name for oneself.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{ACCOUNT, Typed, show};
use crate::actions::accounts;
use crate::domain::Error;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::staff::Anybody;
use crate::web::state::State;

/// The field as typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

/// `POST /account/name`.
///
/// # Errors
/// `Unauthenticated`. A wrong name shows the page again with 422.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Anybody,
    Form(form): Form<NameForm>,
) -> Answer<HttpResponse> {
    let (by, name) = (me.holder(), form.name.clone());
    let renamed = state
        .change(by, move |conn, by| accounts::rename(conn, by, &name))
        .await;
    match renamed {
        Ok(()) => {
            set_flash(&session, "Your name was saved.");
            Ok(see_other(&request, ACCOUNT))
        }
        Err(Error::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let typed = Typed {
                name: Some(form.name),
                ..Typed::default()
            };
            show(&request, &state, me, status, typed, errors).await
        }
        Err(other) => Err(other.into()),
    }
}
