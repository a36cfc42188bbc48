//! For load balancers and operators: is the process up, and may it be asked?

use std::time::Duration;

use actix_web::{HttpResponse, web};
use tokio::sync::Mutex;

use super::errors::Answer;
use super::state::State;
use crate::db;
use crate::domain::Error;

/// Probes give up soon; so does this.
const PATIENCE: Duration = Duration::from_secs(2);

/// For this long an answer of the database serves every probe: probes in a loop must cost nothing.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// When the database was last asked, and whether it answered. Whoever asks holds it, so others wait instead of asking too.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Duration, bool)>>);

/// `GET /healthz`: the process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the index is certain, no pepper is missing, and the database answers, or did
/// within the last second.
///
/// # Errors
/// `Unavailable` (503) otherwise.
pub async fn ready(state: web::Data<State>) -> Answer<HttpResponse> {
    if !state.index().is_certain() || state.index().lacks_pepper() {
        return Err(Error::Unavailable("the index is not certain".into()).into());
    }
    let mut last = state.readiness.0.lock().await;
    let is_good = |at: Duration| state.clock.elapsed().saturating_sub(at) < GOOD_FOR;
    let answers = match *last {
        Some((at, answers)) if is_good(at) => answers,
        _ => {
            let answered = tokio::time::timeout(PATIENCE, state.read(db::change_log::head)).await;
            let answers = matches!(answered, Ok(Ok(_)));
            *last = Some((state.clock.elapsed(), answers));
            answers
        }
    };
    if !answers {
        return Err(Error::Unavailable("the database does not answer".into()).into());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ready\n"))
}
