//! Asking somebody who is signed in for their password again, before what could hurt most.

use actix_web::{HttpRequest, web};

use super::client;
use super::password_check::judge;
use super::state::State;
use crate::actions::sign_in;
use crate::db::Conn;
use crate::domain::Result;

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
