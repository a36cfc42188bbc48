//! Asking somebody who is signed in for their password again, before what could hurt most.

use actix_web::{HttpRequest, web};

use super::client;
use super::password_check::judge;
use super::state::State;
use crate::actions::accounts::Holder;
use crate::actions::second_factors::{Proof, prove_oneself};
use crate::actions::sign_in;
use crate::db::Conn;
use crate::domain::{Error, Result};

/// Checks the typed password of the account with this address, with the patience of the sign-in page, and runs `change`
/// with what came of it.
///
/// # Errors
/// `Throttled` after too many failures; `Unavailable` when too many passwords are checked at once; those of `change`.
pub async fn with_password<T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    email: &str,
    typed: &str,
    change: impl FnOnce(&mut Conn, bool) -> Result<T> + Send + 'static,
) -> Result<T> {
    let attempt = sign_in::Attempt::new(email, client::place(request));
    let (begun, judged) = judge(state, &attempt, typed).await?;
    // Apart from the change: if that fails, the password was still the right one.
    let judged = state
        .change(move |conn| {
            match judged {
                Ok(true) => attempt.succeed(conn, &begun)?,
                Ok(false) => {}
                // Nobody looked at the password: this was no failure.
                Err(_) => attempt.take_back(conn, &begun)?,
            }
            Ok(judged)
        })
        .await?;
    let fits = judged?;
    state.change(move |conn| change(conn, fits)).await
}

/// As [`with_password`], for who has a second factor: `change` runs when password and code are right. The code is used up
/// with it, and a wrong one counts as a wrong password does.
///
/// # Errors
/// As [`with_password`]; `Invalid` at `password` or `code`; a conflict without a second factor.
pub async fn with_both<T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    (by, email): (&Holder, &str),
    (password, code): (String, String),
    change: impl FnOnce(&mut Conn, &Holder) -> Result<T> + Send + 'static,
) -> Result<T> {
    let attempt = sign_in::Attempt::with_code(email, client::place(request));
    let (begun, judged) = judge(state, &attempt, &password).await?;
    let (by, inside) = (by.clone(), state.clone());
    let refused = |field, text: &str| Ok(Err(Error::invalid(field, text)));
    state
        .change(move |conn| {
            match judged {
                Ok(true) => {}
                Ok(false) => return refused("password", "This is not your present password."),
                // Nobody looked at the password: this was no failure.
                Err(cause) => return attempt.take_back(conn, &begun).map(|()| Err(cause)),
            }
            if prove_oneself(conn, &by, &inside.master_keys, &code)? == Proof::Wrong {
                return refused("code", "This code is wrong, has ended or was used already.");
            }
            attempt.succeed(conn, &begun)?;
            change(conn, &by).map(Ok)
        })
        .await?
}
