//! Verifiers: who may ask about keys. For super users; to everybody else these pages do not exist.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::crumbs::crumbs;
use super::row::VerifierRow;
use super::token::{self, Token};
use crate::actions::verifiers;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page, part};
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What somebody typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifierForm {
    name: String,
}

#[derive(Template)]
#[template(path = "verifiers/index.html", blocks = ["form"])]
struct VerifiersPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    form: VerifierForm,
    errors: FieldErrors,
    rows: Vec<VerifierRow>,
}

/// `GET /verifiers`.
///
/// # Errors
/// `NotFound` for anybody but a super user.
pub async fn index(me: SignedIn, state: web::Data<State>) -> Answer<HttpResponse> {
    me.steward()?;
    let (form, errors) = (VerifierForm::default(), FieldErrors::default());
    let view = load(&state, me, form, errors).await?;
    page(StatusCode::OK, view).await
}

async fn load(
    state: &State,
    me: SignedIn,
    form: VerifierForm,
    errors: FieldErrors,
) -> Result<VerifiersPage> {
    let now = me.now();
    let rows = state
        .snapshot(move |conn| VerifierRow::load_all(conn, now))
        .await?;
    Ok(VerifiersPage {
        shell: me.shell,
        crumbs: crumbs(None),
        form,
        errors,
        rows,
    })
}

/// `POST /verifiers`: the answer to this request alone shows the token.
///
/// # Errors
/// `NotFound` for anybody but a super user. A wrong name shows the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    Form(form): Form<VerifierForm>,
) -> Answer<HttpResponse> {
    let by = me.steward()?;
    let (name, inside) = (form.name.clone(), state.clone());
    let made = state
        .change(by, move |conn, by| {
            let peppers = inside.index().peppers();
            verifiers::create(conn, by, &name, &inside.site.brand, peppers.newest()?)
        })
        .await;
    match made {
        Ok((verifier, token)) => {
            token::show(&request, me, Token::new(&verifier, &token, &state.site)).await
        }
        Err(Error::Invalid(errors)) => {
            let view = load(&state, me, form, errors).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            if is_htmx(&request) {
                return part(status, move || view.as_form().render()).await;
            }
            page(status, view).await
        }
        Err(other) => Err(other.into()),
    }
}
