//! Showing the secret of a recoverable key again: the password first, then the one answer that shows it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::secrets::{Secret, show_secret};
use crate::actions::disclosures::{self, Revealed};
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::{Conflict, Result, key_text};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up::password_fits;

/// The field as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[serde(default)]
    password: String,
}

/// The question.
struct PasswordQuestion {
    csrf: String,
    id: String,
    name: String,
    hint: String,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "disclosures/new.html")]
struct DisclosurePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: PasswordQuestion,
}

#[derive(Template)]
#[template(path = "disclosures/_new.html")]
struct DisclosureView {
    ask: PasswordQuestion,
}

/// `GET /tenant-api-keys/{id}/disclosure`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; a conflict when no copy of the secret is kept.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let key = find(&state, &me, id.parse()?).await?;
    ask(&request, me, key, None).await
}

async fn find(state: &State, me: &SignedIn, id: KeyId) -> Result<Key> {
    let by = me.actor();
    state
        .read(move |conn| disclosures::find(conn, &by, id))
        .await
}

async fn ask(
    request: &HttpRequest,
    me: SignedIn,
    key: Key,
    error: Option<&'static str>,
) -> Answer<HttpResponse> {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let ask = PasswordQuestion {
        csrf: me.csrf,
        hint: key_text::hint(&key.key_prefix, &key.last4),
        id: key.id.to_string(),
        name: key.name,
        error,
    };
    if is_htmx(request) {
        return page(status, DisclosureView { ask }).await;
    }
    page(
        status,
        DisclosurePage {
            shell: me.shell,
            crumbs: crumbs(Some("Show secret")),
            ask,
        },
    )
    .await
}

/// `POST /tenant-api-keys/{id}/disclosure`: the answer to this request alone shows the secret, so there is no address
/// at which a reload or the history could show it again.
///
/// # Errors
/// As [`new`]; `Throttled` after too many wrong passwords; a conflict when the copy can't be opened. A wrong password
/// shows the question again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<PasswordForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let key = find(&state, &me, id).await?;
    let (by, inside) = (me.actor(), state.clone());
    let typed = form.password;
    let fits = password_fits(&request, &state, &me.member.email, &typed).await?;
    let revealed = state
        .change(by, move |conn, by| {
            if fits {
                return disclosures::reveal(conn, by, id, &inside.master_keys).map(Some);
            }
            disclosures::note_refusal(conn, by, id).map(|()| None)
        })
        .await?;
    match revealed {
        None => ask(&request, me, key, Some("That is not your password.")).await,
        Some(Revealed::Secret(secret)) => {
            let secret = Secret::again(&key, &secret, &state.site);
            show_secret(&request, me, "Show secret", secret, StatusCode::OK).await
        }
        Some(Revealed::Damaged) => Err(Conflict::SealedCopyDamaged.into()),
    }
}
