//! Set-up, step by step: until the first request of a system was seen.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::first_steps::{self, FirstSteps};
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, part};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "first_steps/show.html", blocks = ["steps"])]
struct FirstStepsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    steps: FirstSteps,
    may_generate: bool,
}

/// `GET /first-steps`.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
) -> Answer<HttpResponse> {
    let by = me.actor();
    let steps = state.read(move |conn| first_steps::find(conn, &by)).await?;
    let view = FirstStepsPage {
        crumbs: crumbs(Some("Set-up")),
        may_generate: me.shell.may(Right::ChangeKeys),
        shell: me.shell,
        steps,
    };
    if is_htmx(&request) {
        return part(StatusCode::OK, move || view.as_steps().render()).await;
    }
    page(StatusCode::OK, view).await
}
