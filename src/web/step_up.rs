//! Asking somebody who is signed in for their password again, before what could hurt most: always, or when they last gave
//! it too long ago.

use actix_session::SessionExt as _;
use actix_web::{HttpMessage as _, HttpRequest, web};
use chrono::TimeDelta;

use super::client;
use super::form::{OWN_PASSWORD, OwnPassword};
use super::known_browser;
use super::password_check::{judge, throttled};
use super::session::Who;
use super::session_facts::SessionFacts;
use super::state::State;
use crate::actions::accounts::Holder;
use crate::actions::authority::Authority;
use crate::actions::second_factors::{Proof, prove_oneself};
use crate::actions::sign_in;
use crate::db::{self, Conn};
use crate::domain::id::UserId;
use crate::domain::second_factor::Typed;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};

/// Minutes for which a password that was given is enough (ASVS 7.5.3).
const MINUTES: i64 = 10;

const OLD: &str = "You last gave it more than 10 minutes ago. Type it to go on.";
const WRONG: &str = "This is not your present password.";
const WRONG_CODE: &str = "This code is wrong, has ended or was used already.";

/// The session with which a dangerous change comes, after a look at what was typed to prove its person.
#[derive(Debug, Clone)]
pub struct Proven {
    row: String,
}

impl Proven {
    /// Runs a change, which counts if the person gave the password, or a code, within the last minutes. All else that is
    /// wrong with it is said first. A form shows the error as any other, with a field for the password.
    ///
    /// # Errors
    /// `Invalid` at [`OWN_PASSWORD`]; `Unauthenticated` when the session ended meanwhile; those of `change`.
    pub async fn change<A: Authority + Send + 'static, T: Send + 'static>(
        self,
        state: &State,
        by: A,
        change: impl FnOnce(&mut Conn, &A) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let clock = state.clock.clone();
        state
            .change(by, move |conn, by| {
                // Looked at first, as the change may end this very session; told last.
                let is_recent = self.must_be_recent(conn, clock.now());
                let done = change(conn, by)?;
                is_recent.map(|()| done)
            })
            .await
    }

    fn must_be_recent(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        let session = db::sessions::find(conn, &self.row)?.ok_or(Error::Unauthenticated)?;
        if is_recent(session.proven_at, now) {
            return Ok(());
        }
        Err(Error::invalid(OWN_PASSWORD, OLD))
    }
}

fn is_recent(proven_at: Option<Timestamp>, now: Timestamp) -> bool {
    proven_at.is_some_and(|at| now - at <= TimeDelta::minutes(MINUTES))
}

/// What a form says from the start that can't give back what was typed, such as a secret: the password, if it is needed.
pub fn said_early(request: &HttpRequest, now: Timestamp) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let facts = SessionFacts::of(&request.get_session()).ok();
    if !is_recent(facts.and_then(|facts| facts.proven_at()), now) {
        errors.add(OWN_PASSWORD, OLD);
    }
    errors
}

/// Looks at the password that came with a form, or at the code of the second factor in its place. A right one counts for
/// the session from now on; whether one was needed is decided by [`Proven::change`].
///
/// # Errors
/// `Invalid` at [`OWN_PASSWORD`], also after too many failures; `Unavailable` when too many passwords are checked at once.
pub async fn look(request: &HttpRequest, state: &web::Data<State>, by: &Holder) -> Result<Proven> {
    let row = SessionFacts::of(&request.get_session())?.row()?.to_owned();
    let typed = request.extensions_mut().remove::<OwnPassword>();
    if let Some(OwnPassword(typed)) = typed.filter(|OwnPassword(typed)| !typed.is_empty()) {
        let judged = judge_typed(request, state, by, &typed).await;
        judged.map_err(|error| match error {
            Error::Throttled(seconds) => Error::invalid(OWN_PASSWORD, throttled(seconds)),
            other => other,
        })?;
    }
    Ok(Proven { row })
}

/// [`look`], then [`Proven::change`].
///
/// # Errors
/// Those of both.
pub async fn change<A: Authority + Send + 'static, T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    (holder, by): (&Holder, A),
    change: impl FnOnce(&mut Conn, &A) -> Result<T> + Send + 'static,
) -> Result<T> {
    let proven = look(request, state, holder).await?;
    proven.change(state, by, change).await
}

async fn judge_typed(
    request: &HttpRequest,
    state: &web::Data<State>,
    by: &Holder,
    typed: &str,
) -> Result<()> {
    let id = by.id()?;
    let user = state.read(move |conn| db::users::find(conn, id)).await?;
    if user.second_factor_at.is_none() || !matches!(Typed::read(typed), Typed::Code(_)) {
        return must_fit(request, state, &user.email, (OWN_PASSWORD, typed)).await;
    }
    let attempt = sign_in::Attempt::with_code(&user.email, client::place(request));
    let (inside, typed) = (state.clone(), typed.to_owned());
    let (row, now) = (own_row(request, id), state.now());
    let noted = row.clone();
    let proof = state
        .change(by.clone(), move |conn, by| {
            let begun = attempt.begin(conn, now)?;
            let proof = prove_oneself(conn, by, &inside.master_keys, &typed)?;
            if proof != Proof::Wrong {
                attempt.succeed(conn, &begun)?;
                note(conn, noted.as_deref(), now)?;
            }
            Ok(proof)
        })
        .await?;
    match proof {
        Proof::Wrong => Err(Error::invalid(OWN_PASSWORD, WRONG_CODE)),
        _ => carry_on(request, row.as_deref(), now),
    }
}

/// The session that came with a request, by its row, if it is this person's: a link opens accounts in anybody's browser.
fn own_row(request: &HttpRequest, user: UserId) -> Option<String> {
    let session = request.get_session();
    let (own, _, _) = Who::read(&session).ok()?;
    let facts = SessionFacts::of(&session).ok()?;
    let row = facts.row().ok()?;
    (own == user).then(|| row.to_owned())
}

fn note(conn: &mut Conn, row: Option<&str>, now: Timestamp) -> Result<()> {
    row.map_or(Ok(()), |row| db::sessions::set_proven(conn, row, now))
}

/// The same for a session that goes on under another key after this very request.
fn carry_on(request: &HttpRequest, row: Option<&str>, now: Timestamp) -> Result<()> {
    row.map_or(Ok(()), |_| {
        SessionFacts::note_proof(&request.get_session(), now)
    })
}

/// Refuses what is not the password of the account with this address, at the field in which it was typed.
///
/// # Errors
/// `Invalid` at that field; as [`password_fits`].
pub async fn must_fit(
    request: &HttpRequest,
    state: &web::Data<State>,
    email: &str,
    (field, typed): (&str, &str),
) -> Result<()> {
    if password_fits(request, state, email, typed).await? {
        Ok(())
    } else {
        Err(Error::invalid(field, WRONG))
    }
}

/// Whether this is the password of the account with this address, with the patience of the sign-in page. A right one counts for the session from now on.
///
/// # Errors
/// `Throttled` after too many failures; `Unavailable` when too many passwords are checked at once.
pub async fn password_fits(
    request: &HttpRequest,
    state: &web::Data<State>,
    email: &str,
    typed: &str,
) -> Result<bool> {
    let attempt = known_browser::attempt(request, state, email);
    let (begun, judged) = judge(state, &attempt, typed).await?;
    let row = begun.user.as_ref();
    let row = row.and_then(|user| own_row(request, user.id));
    let (noted, now) = (row.clone(), state.now());
    // Apart from the change: if that fails, the password was still the right one.
    let judged = state
        .write(move |conn| {
            match judged {
                Ok(true) => {
                    attempt.succeed(conn, &begun)?;
                    note(conn, noted.as_deref(), now)?;
                }
                Ok(false) => {}
                // Nobody looked at the password: this was no failure.
                Err(_) => attempt.take_back(conn, &begun)?,
            }
            Ok(judged)
        })
        .await?;
    let fits = judged?;
    if fits {
        carry_on(request, row.as_deref(), now)?;
    }
    Ok(fits)
}

/// As [`must_fit`], for who has a second factor: `change` runs when password and code are right. The code is used up
/// with it, and a wrong one counts as a wrong password does.
///
/// # Errors
/// As [`password_fits`]; `Invalid` at `password` or `code`; a conflict without a second factor.
pub async fn with_both<T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    (by, email): (&Holder, &str),
    (password, code): (String, String),
    change: impl FnOnce(&mut Conn, &Holder) -> Result<T> + Send + 'static,
) -> Result<T> {
    let attempt = sign_in::Attempt::with_code(email, client::place(request));
    let (begun, judged) = judge(state, &attempt, &password).await?;
    let inside = state.clone();
    let (row, now) = (own_row(request, by.id()?), state.now());
    let noted = row.clone();
    let refused = |field, text: &str| Ok(Err(Error::invalid(field, text)));
    let changed = state
        .change(by.clone(), move |conn, by| {
            match judged {
                Ok(true) => {}
                Ok(false) => return refused("password", WRONG),
                // Nobody looked at the password: this was no failure.
                Err(cause) => return attempt.take_back(conn, &begun).map(|()| Err(cause)),
            }
            if prove_oneself(conn, by, &inside.master_keys, &code)? == Proof::Wrong {
                return refused("code", WRONG_CODE);
            }
            attempt.succeed(conn, &begun)?;
            note(conn, noted.as_deref(), now)?;
            change(conn, by).map(Ok)
        })
        .await?;
    if changed.is_ok() {
        carry_on(request, row.as_deref(), now)?;
    }
    changed
}
