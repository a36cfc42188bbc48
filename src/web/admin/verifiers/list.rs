//! Verifiers: who may ask about keys. For super users; to everybody else these pages do not exist.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::verifiers;
use crate::db;
use crate::db::verifiers::Verifier;
use crate::domain::key_text::{self, KeySecret};
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::{Site, State};

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct VerifierRow {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub status_label: &'static str,
    pub hint: String,
    pub created: Moment,
    pub last_used: Option<Moment>,
}

impl VerifierRow {
    /// The row of a verifier.
    pub fn new(verifier: Verifier, now: Timestamp) -> Self {
        let revoked = verifier.revoked_at.is_some();
        let (status, status_label) = if revoked {
            ("revoked", "Revoked")
        } else {
            ("active", "Active")
        };
        let last_used = verifier.last_used_at;
        Self {
            status,
            status_label,
            hint: key_text::hint(&verifier.token_prefix, &verifier.last4),
            created: Moment::day(verifier.created_at),
            last_used: last_used.map(|at| Moment::past(at, now)),
            id: verifier.id.to_string(),
            name: verifier.name,
        }
    }
}

/// What somebody typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifierForm {
    name: String,
}

#[derive(Template)]
#[template(path = "verifiers/index.html", blocks = ["form"])]
struct VerifiersPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    form: VerifierForm,
    errors: FieldErrors,
    rows: Vec<VerifierRow>,
}

/// The breadcrumb of a page under Verifiers.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let home = "/verifiers";
    trail(("Installation", home), ("Verifiers", home), last)
}

/// `GET /verifiers`.
///
/// # Errors
/// `NotFound` for anybody but a super user.
pub async fn index(me: SignedIn, state: web::Data<State>) -> Answer<HttpResponse> {
    me.steward()?;
    let (form, errors) = (VerifierForm::default(), FieldErrors::default());
    let view = load(&state, me, form, errors).await?;
    page(StatusCode::OK, &view)
}

async fn load(
    state: &State,
    me: SignedIn,
    form: VerifierForm,
    errors: FieldErrors,
) -> Result<VerifiersPage> {
    let now = me.now();
    let rows = state.read(db::verifiers::list).await?;
    Ok(VerifiersPage {
        shell: me.shell,
        crumbs: crumbs(None),
        form,
        errors,
        rows: rows
            .into_iter()
            .map(|row| VerifierRow::new(row, now))
            .collect(),
    })
}

/// A token on its one way to the person.
struct Token {
    name: String,
    label: &'static str,
    lost: &'static str,
    secret: String,
    curl: String,
    env_line: String,
}

impl Token {
    fn new(verifier: &Verifier, token: &KeySecret, site: &Site) -> Self {
        let text = token.expose();
        Self {
            name: verifier.name.clone(),
            curl: format!(
                "curl {}/api/v1/verify \\\n  -H \"Authorization: Bearer {text}\" \\\n\
                 \x20 -H \"Content-Type: application/json\" \\\n  -d '{{\"key\":\"{}live_…\"}}'",
                site.base_url,
                verifier.token_prefix.trim_end_matches("verifier_"),
            ),
            env_line: format!("KEYSTEAD_VERIFIER_TOKEN={text}"),
            label: "Token",
            lost: "Only a hash is kept, so a lost token cannot be recovered. If you lose it, revoke this verifier and create another.",
            secret: text.to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "verifiers/_token.html")]
struct TokenView {
    secret: Token,
}

#[derive(Template)]
#[template(path = "verifiers/token.html")]
struct TokenPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    secret: Token,
}

/// `POST /verifiers`: the answer to this request alone shows the token.
///
/// # Errors
/// `NotFound` for anybody but a super user. A wrong name shows the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    Form(form): Form<VerifierForm>,
) -> Answer<HttpResponse> {
    let by = me.steward()?;
    let (name, inside) = (form.name.clone(), state.clone());
    let made = state
        .change(move |conn| {
            let peppers = inside.index().peppers();
            verifiers::create(conn, &by, &name, &inside.site.brand, peppers.newest()?)
        })
        .await;
    match made {
        Ok((verifier, token)) => {
            let secret = Token::new(&verifier, &token, &state.site);
            if is_htmx(&request) {
                return page(StatusCode::CREATED, &TokenView { secret });
            }
            let crumbs = crumbs(Some("New verifier"));
            let shell = me.shell;
            page(
                StatusCode::CREATED,
                &TokenPage {
                    shell,
                    crumbs,
                    secret,
                },
            )
        }
        Err(Error::Invalid(errors)) => {
            let view = load(&state, me, form, errors).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            if is_htmx(&request) {
                return page(status, &view.as_form());
            }
            page(status, &view)
        }
        Err(other) => Err(other.into()),
    }
}
