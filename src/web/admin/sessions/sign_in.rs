//! Signing in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::codes::CODE;
use crate::actions::accounts::Holder;
use crate::actions::sessions;
use crate::db::room::Room;
use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::Arrival;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, keeps_cookies, no_cookie, page_for_strangers};
use crate::web::half_signed_in::Half;
use crate::web::known_browser;
use crate::web::local_path::{arrival_path, local_path};
use crate::web::password_check::{arrival, judge, throttled};
use crate::web::respond::see_other;
use crate::web::session::Who;
use crate::web::session_facts::SessionFacts;
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
    /// Whoever forgot the password gets a link by mail.
    has_mail: bool,
}

/// Where to go after signing in, and why somebody has to.
#[derive(Debug, Deserialize)]
pub struct Next {
    next: Option<String>,
    /// The session is over: a page was asked for, a form was sent, or another password was chosen.
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
        Some("code") => {
            Some("The code took too long, or your sign-in was ended. Begin again.".to_owned())
        }
        Some("reset") => Some("Your password was saved. Sign in with it.".to_owned()),
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
    let (next, email) = (local_path(request, next).to_owned(), email.to_owned());
    page_for_strangers(request, &state.site, status, |csrf| SignInPage {
        theme: theme(request),
        csrf,
        next,
        email,
        error,
        notice,
        has_mail: state.sends_mail(),
    })
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
        Ok(Passed { user, tenant, half }) => {
            let next = arrival_path(request, &form.next, tenant.is_some());
            if half {
                Half::start(session, (user, tenant), next, state.now())?;
                return Ok(see_other(request, CODE));
            }
            Who::start(
                session,
                user,
                tenant,
                &SessionFacts::begun(request, state.now()),
            )?;
            let mut response = see_other(request, next);
            known_browser::remember(state, user, &mut response).await?;
            Ok(response)
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
            let error = throttled(seconds);
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

/// Somebody whose password was right.
struct Passed {
    user: UserId,
    /// Where they start, if they work in a tenant.
    tenant: Option<TenantId>,
    /// They still have to give a code.
    half: bool,
}

/// The person; or `Unauthenticated`.
async fn check(
    request: &HttpRequest,
    state: &web::Data<State>,
    form: &SignInForm,
) -> Result<Passed> {
    let attempt = known_browser::attempt(request, state, &form.email);
    let (begun, judged) = judge(state, &attempt, &form.password).await?;
    let from = arrival(request, state);
    let has_room = state.room() == Room::Plenty;
    let done = state
        .note(move |conn| {
            let Ok(fits) = judged else {
                // Nobody looked at the password: this was no failure.
                return attempt
                    .take_back(conn, &begun)
                    .map(|()| judged.map(|_| None));
            };
            let now = from.now;
            let Some(holder) = holder(conn, begun.user.as_ref(), from.clone())? else {
                let digest = attempt.email_digest();
                if has_room {
                    sessions::note_stranger(conn, &Event::SignInRefused, &digest, &from)?;
                }
                return Ok(Ok(None));
            };
            if !fits {
                if has_room {
                    holder.note(conn, &Event::SignInRefused)?;
                }
                return Ok(Ok(None));
            }
            let Some((user, tenant)) = holder.session() else {
                return Ok(Ok(None));
            };
            // As they are now: judging the password took a while.
            let known = db::users::find(conn, user)?;
            let judged = begun.user.as_ref().map(|user| &user.password_digest);
            if judged != Some(&known.password_digest) {
                return Ok(Ok(None));
            }
            let half = known.second_factor_at.is_some();
            if half {
                // Neither failed nor signed in: earlier failures stay until the code was right too.
                attempt.take_back(conn, &begun)?;
                begun.renew(conn)?;
            } else {
                attempt.succeed(conn, &begun)?;
                db::users::set_signed_in(conn, user, now)?;
                holder.note(conn, &Event::SignedIn)?;
            }
            Ok(Ok(Some(Passed { user, tenant, half })))
        })
        .await?;
    done?.ok_or(Error::Unauthenticated)
}

/// The person, if they are a member of a tenant or of the support staff.
fn holder(conn: &mut Conn, user: Option<&User>, from: Arrival) -> Result<Option<Holder>> {
    match user {
        Some(user) => Holder::arriving(conn, user, from),
        None => Ok(None),
    }
}
