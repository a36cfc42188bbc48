//! For load balancers and operators: is the process up, and may it be asked?

use std::time::Duration;

use actix_web::{HttpResponse, web};

use super::errors::Answer;
use super::state::State;
use crate::db;
use crate::domain::Error;

/// Probes give up soon; so does this.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the index is certain, no pepper is missing, and the database answers.
///
/// # Errors
/// `Unavailable` (503) otherwise.
pub async fn ready(state: web::Data<State>) -> Answer<HttpResponse> {
    if !state.index().is_certain() || state.index().lacks_pepper() {
        return Err(Error::Unavailable("the index is not certain".into()).into());
    }
    let answered = tokio::time::timeout(PATIENCE, state.read(db::change_log::head)).await;
    answered.map_err(|_| Error::Unavailable("the database does not answer".into()))??;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ready\n"))
}
