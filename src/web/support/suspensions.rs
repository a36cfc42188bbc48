//! A super user suspends a tenant, or resumes it. One page asks what can be decided now.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::question::{self, DecisionForm, Fact, Kind, Question};
use crate::actions::suspensions;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::role::Overseer;
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::shell::Moment;
use crate::web::staff::Staff;
use crate::web::state::State;

static SUSPENSION: Kind = Kind {
    right: Right::OverseeTenants,
    load,
    decide: |conn, by, tenant, input| {
        let by = Overseer::SuperUser(by.clone());
        suspensions::suspend(conn, &by, tenant, input.shown, input.reason).map(|_| ())
    },
    told: |row| {
        let name = &row.name;
        format!("{name} is suspended. None of its keys is accepted.")
    },
};

static RESUMPTION: Kind = Kind {
    right: Right::OverseeTenants,
    load,
    decide: |conn, by, tenant, input| {
        let by = Overseer::SuperUser(by.clone());
        suspensions::resume(conn, &by, tenant, input.shown, input.reason).map(|_| ())
    },
    told: |row| {
        let name = &row.name;
        format!("{name} is resumed. Its keys are accepted as before.")
    },
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let history = suspensions::history(conn, tenant.id)?;
    let shown = suspensions::version(&tenant);
    let fact = |label, value: &str| Fact {
        label,
        value: value.into(),
    };
    let (title, action, submit, facts) = match tenant.suspended_at {
        None => (
            format!("Suspend {}", tenant.name),
            "suspension",
            ["ban", "Suspend tenant", "danger"],
            vec![
                fact("At once", "None of its keys is accepted."),
                fact(
                    "Its people",
                    "They sign in, see this reason, read all and change nothing.",
                ),
                fact("Nothing is lost", "Resuming the tenant gives all back."),
            ],
        ),
        Some(since) => (
            format!("Resume {}", tenant.name),
            "suspension/removal",
            ["check", "Resume tenant", "primary"],
            vec![
                fact("Suspended since", &Moment::past(since, now).title),
                fact("Reason then", &tenant.suspension_reason),
                fact(
                    "At once",
                    "Its keys are accepted as before, and its people change things again.",
                ),
            ],
        ),
    };
    Ok(Question {
        title,
        action: format!("/support/tenants/{}/{action}", tenant.id),
        shown,
        facts,
        submit,
        history_of: "suspension",
        ..Question::about(&tenant, history, now)
    })
}

/// `GET /support/tenants/{id}/suspension`, and the same below for what lifts it.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    question::show(&SUSPENSION, &request, &state, me, &id).await
}

/// `POST /support/tenants/{id}/suspension`: when this answers, none of the tenant's keys is accepted.
///
/// # Errors
/// `NotFound`, also for anybody but a super user. What is wrong shows the question again with 422, a tenant that was
/// suspended or resumed meanwhile with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&SUSPENSION, (&request, &state, &session), me, &id, form).await
}

/// `POST /support/tenants/{id}/suspension/removal`: when this answers, the tenant has everything back.
///
/// # Errors
/// As [`create`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&RESUMPTION, (&request, &state, &session), me, &id, form).await
}
