//! Asking somebody who is signed in for their password again, before what could hurt most.

use actix_web::{HttpRequest, web};

use super::client;
use super::signed_in::SignedIn;
use super::state::State;
use crate::actions::sign_in;
use crate::db::Conn;
use crate::domain::Result;

/// Checks the typed password with the patience of the sign-in page, and runs `change` with what came of it.
///
/// # Errors
/// `Throttled` after too many failures; `Unavailable` when too many passwords are checked at once; those of `change`.
pub async fn with_password<T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    me: &SignedIn,
    typed: String,
    change: impl FnOnce(&mut Conn, bool) -> Result<T> + Send + 'static,
) -> Result<T> {
    let attempt = sign_in::Attempt::new(&me.member.email, client::place(request));
    let (door, now) = (attempt.clone(), me.now());
    // Counted as a failure before the password is looked at: attempts at the same moment can't all be the first.
    let begun = state.change(move |conn| door.begin(conn, now)).await?;
    let known = begun.user.clone();
    let judged = state
        .digest(move || sign_in::password_fits(known.as_ref(), &typed))
        .await;
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
