//! Signing in.

use std::net::IpAddr;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::{self, sign_in};
use crate::db::members::Member;
use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::{self, Actor, Supporter};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::web::client;
use crate::web::failure::Answer;
use crate::web::form::{Form, anonymous_token, keeps_cookies, no_cookie};
use crate::web::local_path::local_path;
use crate::web::respond::{page, see_other};
use crate::web::session::Who;
use crate::web::shell::theme;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "sign_in/new.html")]
struct SignInPage {
    theme: &'static str,
    csrf: String,
    next: String,
    email: String,
    error: Option<String>,
    notice: Option<String>,
}

/// Where to go after signing in, and why somebody has to.
#[derive(Debug, Deserialize)]
pub struct Next {
    next: Option<String>,
    /// The session is over: a page was asked for, or a form was sent.
    over: Option<String>,
}

/// The sign-in form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    next: String,
    email: String,
    password: String,
}

/// `GET /login`.
///
/// # Errors
/// `Unavailable` without randomness.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    query: web::Query<Next>,
) -> Answer<HttpResponse> {
    let Next { next, over } = query.into_inner();
    let next = next.unwrap_or_default();
    let is_kept = local_path(&request, &next) == next && next != "/";
    let goal = if is_kept {
        "Sign in to go on where you were."
    } else {
        "Sign in to go on."
    };
    let notice = match over.as_deref() {
        Some("form") => Some(format!(
            "Your session is over, so nothing was changed. {goal}"
        )),
        Some(_) => Some(format!("Your session is over. {goal}")),
        None if is_kept => Some("Sign in to continue.".to_owned()),
        None => None,
    };
    show(&request, &state, StatusCode::OK, &next, "", None, notice)
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    next: &str,
    email: &str,
    error: Option<String>,
    notice: Option<String>,
) -> Answer<HttpResponse> {
    let (csrf, cookie) = anonymous_token(request, &state.site)?;
    let (next, email) = (local_path(request, next).to_owned(), email.to_owned());
    let mut response = page(
        status,
        &SignInPage {
            theme: theme(request),
            csrf,
            next,
            email,
            error,
            notice,
        },
    )?;
    response.add_cookie(&cookie).map_err(Error::internal)?;
    Ok(response)
}

/// `POST /login`: the same words for an unknown person and a wrong password.
///
/// # Errors
/// `Unavailable` when too many people sign in at once.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    form: std::result::Result<Form<SignInForm>, actix_web::Error>,
) -> actix_web::Result<HttpResponse> {
    let form = match form {
        Ok(Form(form)) => form,
        Err(refused) => {
            let status = refused.as_response_error().status_code();
            if status != StatusCode::FORBIDDEN || keeps_cookies(&request) {
                return Err(refused);
            }
            let text = Some(no_cookie(&state.site));
            return Ok(show(&request, &state, status, "", "", text, None)?);
        }
    };
    Ok(answer(&request, &state, &session, &form).await?)
}

async fn answer(
    request: &HttpRequest,
    state: &web::Data<State>,
    session: &Session,
    form: &SignInForm,
) -> Answer<HttpResponse> {
    match check(request, state, form).await {
        Ok((user, tenant)) => {
            Who::start(session, user, tenant)?;
            let next = local_path(request, &form.next);
            let is_theirs = tenant.is_some() || next.starts_with("/support/");
            Ok(see_other(request, if is_theirs { next } else { "/" }))
        }
        Err(Error::Unauthenticated) => {
            let error = "That email address and password do not match.".to_owned();
            let status = StatusCode::UNAUTHORIZED;
            show(
                request,
                state,
                status,
                &form.next,
                &form.email,
                Some(error),
                None,
            )
        }
        Err(Error::Throttled(seconds)) => {
            let error = format!("Too many attempts. Try again in {seconds} seconds.");
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = show(
                request,
                state,
                status,
                &form.next,
                &form.email,
                Some(error),
                None,
            )?;
            response
                .headers_mut()
                .insert(actix_web::http::header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

/// The person and the tenant they start in, if they work in one; or `Unauthenticated`.
async fn check(
    request: &HttpRequest,
    state: &web::Data<State>,
    form: &SignInForm,
) -> Result<(UserId, Option<TenantId>)> {
    let attempt = sign_in::Attempt::new(&form.email, client::place(request));
    let now = state.now();
    let door = attempt.clone();
    // Counted as a failure before the password is looked at: attempts at the same moment can't all be the first.
    let begun = state.change(move |conn| door.begin(conn, now)).await?;
    let (known, typed) = (begun.user.clone(), form.password.clone());
    let judged = state
        .digest(move || sign_in::password_fits(known.as_ref(), &typed))
        .await;
    let (address, request_id) = (client::address(request), client::request_id(request));
    let done = state
        .change(move |conn| {
            let Ok(fits) = judged else {
                // Nobody looked at the password: this was no failure.
                return attempt
                    .take_back(conn, &begun)
                    .map(|()| judged.map(|_| None));
            };
            let Some(entrant) = entrant(conn, begun.user.as_ref(), now, address, &request_id)?
            else {
                let digest = attempt.email_digest();
                actions::sessions::note_stranger(conn, &digest, address, &request_id, now)?;
                return Ok(Ok(None));
            };
            if !fits {
                entrant.note(conn, &Event::SignInRefused)?;
                return Ok(Ok(None));
            }
            attempt.succeed(conn, &begun)?;
            entrant.note(conn, &Event::SignedIn)?;
            Ok(Ok(entrant.session()))
        })
        .await?;
    done?.ok_or(Error::Unauthenticated)
}

/// Somebody who has an account here.
enum Entrant {
    /// In the tenant they start in.
    Member(Actor),
    /// Of the support staff, in no tenant.
    Support(Supporter),
}

impl Entrant {
    fn note(&self, conn: &mut Conn, event: &Event) -> Result<()> {
        match self {
            Self::Member(by) => actions::sessions::note(conn, by, event),
            Self::Support(by) => actions::sessions::note_support(conn, by, event),
        }
    }

    /// What their session begins with.
    fn session(&self) -> Option<(UserId, Option<TenantId>)> {
        match self {
            Self::Member(by) => by.person().map(|user| (user, Some(by.tenant))),
            Self::Support(by) => Some((by.id, None)),
        }
    }
}

/// The person, if they are a member of a tenant or of the support staff.
fn entrant(
    conn: &mut Conn,
    user: Option<&User>,
    now: Timestamp,
    address: Option<IpAddr>,
    request_id: &str,
) -> Result<Option<Entrant>> {
    let Some(user) = user else { return Ok(None) };
    let (id, request_id) = (user.id, request_id.to_owned());
    if user.support {
        return Ok(Some(Entrant::Support(Supporter {
            id,
            name: user.name.clone(),
            now,
            address,
            request_id,
        })));
    }
    let Some(tenant) = db::members::first_tenant(conn, id)? else {
        return Ok(None);
    };
    let Member { email, role, .. } = db::members::find(conn, tenant, id)?;
    Ok(Some(Entrant::Member(Actor {
        who: role::Who::Person { id, email, role },
        tenant,
        now,
        address,
        request_id,
    })))
}
