//! What support staff decides about a tenant in a dialog, which is a page without scripts: facts, a choice, the reason.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::limits::decided;
use super::tenants::{TenantRow, crumbs};
use crate::actions::tenant_history::Past;
use crate::db::Conn;
use crate::db::tenants::Tenant;
use crate::domain::decision::{Decision, Input};
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::role::Supporter;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::past_step::PastStep;
use crate::web::proof;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionForm {
    /// What the form showed.
    shown: String,
    choice: String,
    reason: String,
}

/// One of the things that can be chosen.
pub struct Choice {
    /// As the form sends it.
    pub word: String,
    /// What it is called.
    pub label: String,
    /// What comes of it.
    pub about: String,
}

/// Something to know before deciding.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// How it is.
    pub value: String,
}

/// What is asked about a tenant.
pub struct Question {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// "Plan of Acme".
    pub title: String,
    /// Where the answer goes.
    pub action: String,
    /// What stands above the choices.
    pub legend: &'static str,
    /// What can be chosen; nothing when there is a reason to give and no more.
    pub choices: Vec<Choice>,
    /// A name that has to be typed to go on.
    pub typed: Option<String>,
    /// What is chosen so far.
    pub chosen: String,
    /// By what the action notices a change that came between.
    pub shown: String,
    /// What to know before.
    pub facts: Vec<Fact>,
    /// Icon, words and look of the button that decides.
    pub submit: [&'static str; 3],
    /// Where to decline what the tenant asks for instead.
    pub refusal: Option<String>,
    /// Of what the history is.
    pub history_of: &'static str,
    /// What happened before; a dialog leaves it out.
    pub history: Vec<PastStep>,
}

impl Question {
    /// Of a tenant, with what happened before; what is asked is filled in.
    pub fn about(tenant: &Tenant, history: Vec<Past<Decision>>, now: Timestamp) -> Self {
        Self {
            tenant: tenant.id,
            name: tenant.name.clone(),
            title: String::new(),
            action: String::new(),
            legend: "",
            choices: Vec::new(),
            typed: None,
            chosen: String::new(),
            shown: String::new(),
            facts: Vec::new(),
            submit: [""; 3],
            refusal: None,
            history_of: "plan and access",
            history: history
                .into_iter()
                .map(|past| PastStep::of_decision(past, now))
                .collect(),
        }
    }
}

/// A kind of question: how it is asked, what the answer does, and what is told then.
pub struct Kind {
    /// What it needs, to be asked and to be decided.
    pub right: Right,
    /// Reads what there is to know.
    pub load: fn(&mut Conn, TenantId, Timestamp) -> Result<Question>,
    /// Does it.
    pub decide: fn(&mut Conn, &Supporter, TenantId, &Input<'_>) -> Result<()>,
    /// Says what it came to.
    pub told: fn(&TenantRow) -> String,
}

/// A question with what was typed so far, and what is wrong with it.
struct Asked {
    csrf: String,
    question: Question,
    form: DecisionForm,
    errors: FieldErrors,
    banner: Option<String>,
}

#[derive(Template)]
#[template(path = "support/question.html")]
struct QuestionPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Asked,
}

#[derive(Template)]
#[template(path = "support/_question.html")]
struct QuestionView {
    ask: Asked,
}

/// Shows a question.
///
/// # Errors
/// `NotFound`; what [`Kind::load`] fails with.
pub async fn show(
    kind: &'static Kind,
    request: &HttpRequest,
    state: &State,
    me: Staff,
    id: &str,
) -> Answer<HttpResponse> {
    me.must(kind.right)?;
    let ask = load(kind, state, &me, id.parse()?).await?;
    answer(request, me, ask, StatusCode::OK).await
}

async fn load(kind: &'static Kind, state: &State, me: &Staff, tenant: TenantId) -> Result<Asked> {
    let (csrf, now) = (me.shell.csrf.clone(), me.now());
    let question = state
        .snapshot(move |conn| (kind.load)(conn, tenant, now))
        .await?;
    Ok(Asked {
        csrf,
        form: DecisionForm {
            shown: question.shown.clone(),
            choice: question.chosen.clone(),
            reason: String::new(),
        },
        question,
        errors: FieldErrors::default(),
        banner: None,
    })
}

async fn answer(
    request: &HttpRequest,
    me: Staff,
    ask: Asked,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(status, QuestionView { ask }).await;
    }
    page(
        status,
        QuestionPage {
            shell: me.shell,
            crumbs: crumbs(Some(&ask.question.name)),
            ask,
        },
    )
    .await
}

/// Does what was decided. What is wrong with it shows the question again with 422; a change that came between, with 409.
///
/// # Errors
/// `NotFound`; what [`Kind::decide`] fails with.
pub async fn decide(
    kind: &'static Kind,
    (request, state, session): (&HttpRequest, &State, &Session),
    me: Staff,
    id: &str,
    form: DecisionForm,
) -> Answer<HttpResponse> {
    let (by, typed) = (me.supporter(kind.right)?, form.clone());
    let (tenant, request_id): (TenantId, _) = (id.parse()?, by.request_id.clone());
    let done = state
        .change(by, move |conn, by| {
            let input = Input {
                shown: &typed.shown,
                choice: &typed.choice,
                reason: &typed.reason,
            };
            (kind.decide)(conn, by, tenant, &input)
        })
        .await;
    let (status, errors, banner) = match done {
        Ok(()) => {
            let proof = proof::told(state, tenant, tenant.to_string(), &request_id).await;
            let told = |row: &TenantRow| format!("{}{proof}", (kind.told)(row));
            return decided(request, state, session, &me, tenant, told).await;
        }
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(Error::Conflict(
            conflict @ (Conflict::ChangedMeanwhile | Conflict::DeletionScheduled),
        )) => {
            let told = Some(conflict.to_string());
            (StatusCode::CONFLICT, FieldErrors::default(), told)
        }
        Err(other) => return Err(other.into()),
    };
    let now = load(kind, state, &me, tenant).await?;
    let again = Asked {
        form: DecisionForm {
            shown: now.form.shown,
            ..form
        },
        errors,
        banner,
        ..now
    };
    answer(request, me, again, status).await
}
