//! The first start: the one-time link leads here.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::setup;
use crate::actions::tenants::FirstAdmin;
use crate::db;
use crate::domain::Error;
use crate::domain::validate::FieldErrors;
use crate::web::failure::Answer;
use crate::web::form::{Form, page_for_strangers};
use crate::web::known_browser;
use crate::web::respond::see_other;
use crate::web::session::{Who, set_flash};
use crate::web::session_facts::SessionFacts;
use crate::web::shell::theme;
use crate::web::state::State;

/// What the person typed, to show it again.
struct SetupValues {
    name: String,
    email: String,
    tenant: String,
}

#[derive(Template)]
#[template(path = "setup/new.html")]
struct SetupPage {
    theme: &'static str,
    csrf: String,
    token: String,
    form: SetupValues,
    errors: FieldErrors,
}

/// The link's query.
#[derive(Deserialize)]
pub struct Link {
    token: Option<String>,
}

/// The form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupForm {
    token: String,
    name: String,
    email: String,
    tenant: String,
    password: String,
}

/// `GET /setup?token=…`.
///
/// # Errors
/// `NotFound` when the link was used, has ended, or never was.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    link: web::Query<Link>,
) -> Answer<HttpResponse> {
    let token = link.into_inner().token.unwrap_or_default();
    let (asked, now) = (token.clone(), state.now());
    if !state
        .read(move |conn| setup::is_open(conn, &asked, now))
        .await?
    {
        return Err(Error::NotFound.into());
    }
    let form = SetupValues {
        name: String::new(),
        email: String::new(),
        tenant: String::new(),
    };
    show(
        &request,
        &state,
        StatusCode::OK,
        token,
        form,
        FieldErrors::default(),
    )
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    token: String,
    form: SetupValues,
    errors: FieldErrors,
) -> Answer<HttpResponse> {
    page_for_strangers(request, &state.site, status, |csrf| SetupPage {
        theme: theme(request),
        csrf,
        token,
        form,
        errors,
    })
}

/// `POST /setup`: makes the super user and the first tenant, and signs the person in.
///
/// # Errors
/// `NotFound` as above; field errors show the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    Form(form): Form<SetupForm>,
) -> Answer<HttpResponse> {
    let SetupForm {
        token,
        name,
        email,
        tenant,
        password,
    } = form;
    let typed = FirstAdmin {
        name,
        email,
        tenant,
    };
    match complete(&state, &token, &typed, password).await {
        Ok((user, tenant)) => {
            let facts = SessionFacts::begun(&request, state.now());
            Who::start(&session, user, Some(tenant), &facts)?;
            set_flash(&session, "Keystead is ready. Generate your first API key.");
            let mut response = see_other(&request, "/tenant-api-keys");
            known_browser::remember(&state, user, &mut response).await?;
            Ok(response)
        }
        Err(Error::Invalid(errors)) => {
            let form = SetupValues {
                name: typed.name,
                email: typed.email,
                tenant: typed.tenant,
            };
            show(
                &request,
                &state,
                StatusCode::UNPROCESSABLE_ENTITY,
                token,
                form,
                errors,
            )
        }
        Err(other) => Err(other.into()),
    }
}

async fn complete(
    state: &State,
    token: &str,
    typed: &FirstAdmin,
    password: String,
) -> crate::domain::Result<(crate::domain::id::UserId, crate::domain::id::TenantId)> {
    let now = state.now();
    let (asked, wanted) = (token.to_owned(), token.to_owned());
    // Asked before anything expensive: nobody without the link makes this server digest passwords.
    if !state
        .read(move |conn| setup::is_open(conn, &asked, now))
        .await?
    {
        return Err(Error::NotFound);
    }
    let admin = typed.check(&password)?;
    let digest = state.digest_password(password).await?;
    state
        .write(move |conn| {
            let user = setup::complete(conn, &wanted, &admin, &digest, now)?;
            let tenant = db::members::first_tenant(conn, user)?.ok_or(Error::NotFound)?;
            Ok((user, tenant))
        })
        .await
}
