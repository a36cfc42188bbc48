//! The second half of signing in: the code of the second factor, after the right password.

use actix_session::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::accounts::Holder;
use crate::actions::second_factors::{self, Proof};
use crate::actions::sign_in::Attempt;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::master_key::MasterKeys;
use crate::domain::role::Arrival;
use crate::domain::{Conflict, Error, Result};
use crate::web::client;
use crate::web::failure::Answer;
use crate::web::form::{Form, page_for_strangers};
use crate::web::half_signed_in::Half;
use crate::web::known_browser;
use crate::web::local_path::arrival_path;
use crate::web::password_check::{arrival, throttled};
use crate::web::respond::see_other;
use crate::web::session::{Who, set_flash};
use crate::web::session_facts::SessionFacts;
use crate::web::shell::theme;
use crate::web::state::State;

/// Where the code is asked for.
pub const CODE: &str = "/login/code";

/// Where somebody begins anew who took too long.
const TOO_LATE: &str = "/login?over=code";

const WRONG: &str =
    "This code is wrong, has ended or was used already. Enter the one that your app shows now.";

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    theme: &'static str,
    csrf: String,
    error: Option<String>,
}

/// The code as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    code: String,
}

/// `GET /login/code`.
///
/// # Errors
/// `Unavailable` without randomness.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
) -> Answer<HttpResponse> {
    match Half::read(&session, state.now())? {
        Some(_) => show(&request, &state, StatusCode::OK, None),
        None => Ok(see_other(&request, TOO_LATE)),
    }
}

fn show(
    request: &HttpRequest,
    state: &State,
    status: StatusCode,
    error: Option<String>,
) -> Answer<HttpResponse> {
    page_for_strangers(request, &state.site, status, |csrf| CodePage {
        theme: theme(request),
        csrf,
        error,
    })
}

/// `POST /login/code`: signs in, in a session under another key.
///
/// # Errors
/// As [`new`]. A wrong code shows the page again with 401, too many attempts with 429.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    Form(form): Form<CodeForm>,
) -> Answer<HttpResponse> {
    let Some(half) = Half::read(&session, state.now())? else {
        return Ok(see_other(&request, TOO_LATE));
    };
    let (inside, from, keys) = (half.clone(), arrival(&request, &state), state.clone());
    let place = client::place(&request);
    let looked = state
        .note(move |conn| check(conn, &inside, place, &form.code, &keys.master_keys, from))
        .await;
    match looked {
        Ok(Proof::Wrong) => {
            let status = StatusCode::UNAUTHORIZED;
            show(&request, &state, status, Some(WRONG.into()))
        }
        Ok(proof) => {
            let facts = SessionFacts::begun(&request, state.now());
            Who::start(&session, half.user, half.tenant, &facts)?;
            if let Proof::Recovery(left) = proof {
                set_flash(&session, &used_up(left));
            }
            let next = arrival_path(&request, &half.next, half.tenant.is_some());
            let mut response = see_other(&request, next);
            known_browser::remember(&state, half.user, &mut response).await?;
            Ok(response)
        }
        Err(Error::Throttled(seconds)) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = show(&request, &state, status, Some(throttled(seconds)))?;
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        // They left, or the second factor is gone: the password decides anew.
        Err(Error::NotFound | Error::Conflict(Conflict::NoSecondFactor)) => {
            session.purge();
            Ok(see_other(&request, TOO_LATE))
        }
        Err(other) => Err(other.into()),
    }
}

/// Looks at a code. A wrong one is counted as a wrong password is, in the same transaction.
fn check(
    conn: &mut Conn,
    half: &Half,
    place: crate::actions::sign_in::Place,
    typed: &str,
    keys: &MasterKeys,
    from: Arrival,
) -> Result<Proof> {
    let user = db::users::find(conn, half.user)?;
    let attempt = Attempt::with_code(&user.email, place);
    let begun = attempt.begin(conn, from.now)?;
    // Whoever may not sign in any more has no code to give.
    let user = begun.user.clone().ok_or(Error::NotFound)?;
    let now = from.now;
    let holder = Holder::arriving_in(conn, &user, half.tenant, from)?.ok_or(Error::NotFound)?;
    let proof = second_factors::prove_oneself(conn, &holder, keys, typed)?;
    if proof == Proof::Wrong {
        if begun.is_suspicious() {
            second_factors::tell_of_wrong_codes(conn, &holder)?;
        }
    } else {
        attempt.succeed(conn, &begun)?;
        db::users::set_signed_in(conn, user.id, now)?;
        holder.note(conn, &Event::SignedIn)?;
    }
    Ok(proof)
}

fn used_up(left: usize) -> String {
    match left {
        0 => "That was your last recovery code. Make new ones under Your account.".into(),
        1 => "This recovery code is used up. One is left: make new ones under Your account.".into(),
        _ => format!("This recovery code is used up. {left} are left."),
    }
}
