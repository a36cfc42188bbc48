//! Another token for a verifier: how long the old one works on, then the one answer that shows the new one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::crumbs::crumbs;
use super::row::{asked_lately, last_used};
use super::token::{self, Token};
use crate::actions::verifiers;
use crate::db::{self, Conn};
use crate::domain::id::VerifierId;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::verifier_rotations::{Grace, until};
use crate::domain::{Conflict, Result, key_text};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::viewer_zone;

/// What was chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    #[serde(default)]
    grace: String,
}

/// The question, with the facts that matter to the answer.
#[derive(Default)]
struct Question {
    csrf: String,
    id: String,
    name: String,
    hint: String,
    asked: String,
    last_used: String,
    grace: String,
    errors: FieldErrors,
}

impl Question {
    fn load(conn: &mut Conn, id: VerifierId, now: Timestamp) -> Result<Self> {
        let verifier = db::verifiers::find(conn, id)?;
        if verifier.revoked_at.is_some() {
            return Err(Conflict::VerifierRevoked.into());
        }
        let asked = db::verifier_usage::lately(conn, now)?;
        Ok(Self {
            id: id.to_string(),
            hint: key_text::hint(&verifier.token_prefix, &verifier.last4),
            asked: asked_lately(asked.get(&id).copied().unwrap_or_default()),
            last_used: last_used(verifier.last_used_at, now),
            grace: "24h".into(),
            name: verifier.name,
            ..Self::default()
        })
    }
}

#[derive(Template)]
#[template(path = "verifiers/rotation.html")]
struct RotationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Question,
}

#[derive(Template)]
#[template(path = "verifiers/_rotation.html")]
struct RotationDialog {
    ask: Question,
}

/// `GET /verifiers/{id}/rotation`.
///
/// # Errors
/// `NotFound`, also for anybody but a super user; a conflict `verifier-revoked`.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.steward()?;
    let ask = load(&state, &me, id.parse()?).await?;
    show(&request, me, ask, StatusCode::OK).await
}

async fn load(state: &State, me: &SignedIn, id: VerifierId) -> Result<Question> {
    let (now, csrf) = (me.now(), me.csrf.clone());
    let ask = state
        .snapshot(move |conn| Question::load(conn, id, now))
        .await?;
    Ok(Question { csrf, ..ask })
}

async fn show(
    request: &HttpRequest,
    me: SignedIn,
    ask: Question,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(status, RotationDialog { ask }).await;
    }
    let view = RotationPage {
        shell: me.shell,
        crumbs: crumbs(Some("Rotate")),
        ask,
    };
    page(status, view).await
}

/// `POST /verifiers/{id}/rotation`: the answer to this request alone shows the new token.
///
/// # Errors
/// As [`new`]. Without a choice this asks again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<RotationForm>,
) -> Answer<HttpResponse> {
    let by = me.steward()?;
    let id: VerifierId = id.parse()?;
    let grace = match Grace::parse(&form.grace) {
        Ok(grace) => grace,
        Err(text) => {
            let (mut ask, mut errors) = (load(&state, &me, id).await?, FieldErrors::default());
            errors.add("grace", text);
            ask.errors = errors;
            return show(&request, me, ask, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let (inside, ends_at) = (state.clone(), grace.ends_at(by.now));
    let made = state.change(by, move |conn, by| {
        let peppers = inside.index().peppers();
        verifiers::rotate(conn, by, id, grace, &inside.site.brand, peppers.newest()?)
    });
    let (verifier, token) = made.await?;
    let old = format!(
        "The old one works {}.",
        until(ends_at, viewer_zone::current())
    );
    let secret = Token::rotated(&verifier, &token, &state.site, &old);
    token::show(&request, me, secret).await
}
