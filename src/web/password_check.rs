//! Looking at a typed password: at the sign-in page, and wherever somebody is asked for it again.

use actix_web::{HttpRequest, web};

use super::client;
use super::state::State;
use crate::actions::sign_in::{Attempt, Begun, look_at_password};
use crate::domain::Result;
use crate::domain::role::Arrival;

/// Whether a password fits. The attempt is counted as a failure until it is settled; when nobody could look at the
/// password, the inner result says why.
///
/// # Errors
/// `Busy` when too many passwords are looked at; `Throttled` while the place or the account must wait.
pub async fn judge(
    state: &web::Data<State>,
    attempt: &Attempt,
    typed: &str,
) -> Result<(Begun, Result<bool>)> {
    let place = state.digests.place(attempt.known_account())?;
    let (door, now) = (attempt.clone(), state.now());
    // Counted before the password is looked at: attempts at the same moment can't all be the first.
    let mut begun = state.note(move |conn| door.begin(conn, now)).await?;
    let mut counted = Counted {
        state,
        failure: Some((attempt.clone(), begun.clone())),
    };
    let (known, typed) = (begun.user.clone(), typed.to_owned());
    let judged = state
        .digests
        .work(place, move || look_at_password(known.as_ref(), &typed))
        .await
        .map(|looked| begun.take(looked));
    // From here on it is settled by whoever asked.
    counted.failure = None;
    Ok((begun, judged))
}

/// A failure that is counted while the password waits to be looked at. Whoever leaves meanwhile did not fail: no row stays.
struct Counted<'a> {
    state: &'a web::Data<State>,
    failure: Option<(Attempt, Begun)>,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if let Some((attempt, begun)) = self.failure.take() {
            let state = self.state.clone();
            actix_web::rt::spawn(async move {
                let taken = state
                    .note(move |conn| attempt.take_back(conn, &begun))
                    .await;
                if let Err(cause) = taken {
                    tracing::warn!(
                        ?cause,
                        "an attempt to sign in that nobody waited for counts"
                    );
                }
            });
        }
    }
}

/// What somebody is told who tried too often.
pub fn throttled(seconds: u64) -> String {
    format!("Too many attempts. Try again in {seconds} seconds.")
}

/// From where and when this request comes.
pub fn arrival(request: &HttpRequest, state: &State) -> Arrival {
    Arrival {
        now: state.now(),
        address: client::address(request),
        request_id: client::request_id(request),
    }
}
