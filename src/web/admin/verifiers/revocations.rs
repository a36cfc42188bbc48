//! Revoking a verifier: the question, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{VerifierRow, crumbs};
use crate::actions::verifiers;
use crate::db;
use crate::domain::id::VerifierId;
use crate::domain::{key_text, time};
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::{is_htmx, page, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "verifiers/_row.html")]
struct VerifierRowView {
    row: VerifierRow,
}

/// `GET /verifiers/{id}/revocation`.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.steward()?;
    let id: VerifierId = id.parse()?;
    let verifier = state
        .read(move |conn| db::verifiers::find(conn, id))
        .await?;
    let last_used = verifier.last_used_at.map(|at| time::relative(at, me.now()));
    let ask = Confirmation {
        title: "Revoke verifier",
        text: format!(
            "Are you sure you want to revoke the verifier \"{}\"? This action cannot be undone, and the \
             system that uses it can no longer ask about keys: it must then refuse its own callers.",
            verifier.name
        ),
        csrf: me.csrf.clone(),
        action: format!("/verifiers/{}/revocation", verifier.id),
        cancel: "/verifiers".into(),
        target: format!("#verifier-{}", verifier.id),
        swap: "outerMorph",
        verb: "Revoke verifier",
        icon: "ban",
        facts: vec![
            (
                "Token",
                key_text::hint(&verifier.token_prefix, &verifier.last4),
            ),
            (
                "Last used",
                last_used.unwrap_or_else(|| "never used".into()),
            ),
        ],
        ..Confirmation::default()
    };
    ask.respond(&request, me.shell, crumbs(Some("Revoke")))
}

/// `POST /verifiers/{id}/revocation`: when this answers, the verifier is refused.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let by = me.steward()?;
    let id: VerifierId = id.parse()?;
    let now = by.now;
    let verifier = state
        .change(move |conn| verifiers::revoke(conn, &by, id))
        .await?;
    let text = format!(
        "\"{}\" is revoked. It is refused from now on.",
        verifier.name
    );
    if !is_htmx(&request) {
        set_flash(&session, &text);
        return Ok(see_other(&request, "/verifiers"));
    }
    let row = VerifierRow::new(verifier, now);
    let answer = page(StatusCode::OK, &VerifierRowView { row })?;
    Ok(with_toast(answer, &text))
}
