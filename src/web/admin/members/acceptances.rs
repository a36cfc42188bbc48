//! Accepting an invitation. Opening its link changes nothing, since programs that look for dangerous mail open links too;
//! the button uses it up.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::invitations::{self, Guest};
use crate::db::invitations::Opened;
use crate::db::users::User;
use crate::domain::id::UserId;
use crate::domain::invitation::Link;
use crate::domain::validate::{self, FieldErrors};
use crate::domain::{Error, Result, password};
use crate::web::admin::sessions::codes::CODE;
use crate::web::failure::Answer;
use crate::web::form::{Form, page_for_strangers};
use crate::web::half_signed_in::Half;
use crate::web::known_browser;
use crate::web::password_check::{arrival, throttled};
use crate::web::respond::see_other;
use crate::web::session::{Who, set_flash};
use crate::web::session_facts::SessionFacts;
use crate::web::shell::theme;
use crate::web::state::State;
use crate::web::step_up::password_fits;

/// Where somebody starts who joined.
const HOME: &str = "/tenant-api-keys";

const WRONG: &str = "This is not the password of your account here. Enter that one.";

/// The link's query.
#[derive(Deserialize)]
pub struct Token {
    token: Option<String>,
}

/// The fields as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceForm {
    token: String,
    /// Of somebody who has no account yet.
    #[serde(default)]
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "invitations/accept.html")]
struct AcceptancePage {
    theme: &'static str,
    csrf: String,
    token: String,
    tenant: String,
    email: String,
    invited_by: String,
    role: &'static str,
    about: &'static str,
    /// The address has an account, whose password is asked for.
    is_known: bool,
    name: String,
    errors: FieldErrors,
    banner: Option<String>,
}

/// What stands in the form again, and what is wrong with it.
#[derive(Default)]
struct Typed {
    name: String,
    errors: FieldErrors,
    banner: Option<String>,
}

async fn open(state: &web::Data<State>, token: &str) -> Result<(Link, Opened, Option<User>)> {
    let link = Link::parse(token).ok_or(Error::NotFound)?;
    let (inside, wanted, now) = (state.clone(), link.clone(), state.now());
    let (opened, account) = state
        .read(move |conn| invitations::open(conn, &wanted, &inside.index().peppers(), now))
        .await?;
    Ok((link, opened, account))
}

/// `GET /invitation?token=…`.
///
/// # Errors
/// `NotFound` when the link was used or withdrawn, has ended, or never was.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    link: web::Query<Token>,
) -> Answer<HttpResponse> {
    let token = link.into_inner().token.unwrap_or_default();
    let (_, opened, account) = open(&state, &token).await?;
    let is_known = account.is_some();
    show(
        &request,
        &state,
        StatusCode::OK,
        token,
        opened,
        is_known,
        Typed::default(),
    )
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    token: String,
    opened: Opened,
    is_known: bool,
    typed: Typed,
) -> Answer<HttpResponse> {
    let role = opened.invitation.role;
    page_for_strangers(request, &state.site, status, |csrf| AcceptancePage {
        theme: theme(request),
        csrf,
        token,
        tenant: opened.tenant_name,
        email: opened.invitation.email,
        invited_by: opened.invitation.invited_by,
        role: role.label(),
        about: role.about(),
        is_known,
        name: typed.name,
        errors: typed.errors,
        banner: typed.banner,
    })
}

/// `POST /invitation`: joins, and signs the person in.
///
/// # Errors
/// `NotFound` as [`new`], also when somebody else used the link first. What is wrong shows the form again: fields with
/// 422, too many attempts with 429, an account that can't join with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    Form(form): Form<AcceptanceForm>,
) -> Answer<HttpResponse> {
    let (link, opened, account) = open(&state, &form.token).await?;
    let (tenant, is_known) = (opened.invitation.tenant_id, account.is_some());
    let needs_code = account
        .as_ref()
        .is_some_and(|account| account.second_factor_at.is_some());
    let joined = if let Some(account) = account {
        join_known(&request, &state, link, &account, &form.password).await
    } else {
        let about = (&*opened.invitation.email, &*opened.tenant_name);
        join_new(&request, &state, link, &form, about).await
    };
    let typed = |errors, banner| Typed {
        name: form.name.clone(),
        errors,
        banner,
    };
    let (status, typed) = match joined {
        Ok(user) if needs_code => {
            // The link and the password alone open no account that asks for a code.
            Half::start(&session, (user, Some(tenant)), HOME, state.now())?;
            return Ok(see_other(&request, CODE));
        }
        Ok(user) => {
            let facts = SessionFacts::begun(&request, state.now());
            Who::start(&session, user, Some(tenant), &facts)?;
            let mut response = welcome(&request, &session, &opened.tenant_name);
            known_browser::remember(&state, user, &mut response).await?;
            return Ok(response);
        }
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, typed(errors, None)),
        Err(Error::Throttled(seconds)) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            (
                status,
                typed(FieldErrors::default(), Some(throttled(seconds))),
            )
        }
        Err(Error::Conflict(conflict)) => {
            let told = Some(conflict.to_string());
            (StatusCode::CONFLICT, typed(FieldErrors::default(), told))
        }
        Err(other) => return Err(other.into()),
    };
    show(
        &request,
        &state,
        status,
        form.token.clone(),
        opened,
        is_known,
        typed,
    )
}

fn welcome(request: &HttpRequest, session: &Session, name: &str) -> HttpResponse {
    set_flash(session, &format!("Welcome to {name}."));
    see_other(request, HOME)
}

/// Joins with an account that exists, by its password. The link alone opens no account.
async fn join_known(
    request: &HttpRequest,
    state: &web::Data<State>,
    link: Link,
    account: &User,
    typed: &str,
) -> Result<UserId> {
    let (user, email) = (account.id, &account.email);
    let (inside, from) = (state.clone(), arrival(request, state));
    if !password_fits(request, state, email, typed).await? {
        return Err(Error::invalid("password", WRONG));
    }
    state
        .write(move |conn| {
            let peppers = inside.index().peppers();
            invitations::accept(conn, &link, &peppers, Guest::Known(user), from)
        })
        .await
}

async fn join_new(
    request: &HttpRequest,
    state: &web::Data<State>,
    link: Link,
    form: &AcceptanceForm,
    (email, tenant): (&str, &str),
) -> Result<UserId> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", validate::name(&form.name, 100, "your name"));
    let own = [&*form.name, email, tenant];
    errors.take("password", password::check(&form.password, &own, false));
    errors.into_result()?;
    let digest = state.digest_password(form.password.clone()).await?;
    let (inside, from) = (state.clone(), arrival(request, state));
    state
        .write(move |conn| {
            let peppers = inside.index().peppers();
            invitations::accept(conn, &link, &peppers, Guest::New(&name, &digest), from)
        })
        .await
}
