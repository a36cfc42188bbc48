//! Support sets the plan of a tenant.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::question::{self, Choice, DecisionForm, Fact, Kind, Question};
use crate::actions::plans;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::past_step::PastStep;
use crate::web::staff::Staff;
use crate::web::state::State;

static PLAN: Kind = Kind {
    load,
    decide: |conn, by, tenant, input| plans::set(conn, by, tenant, input).map(|_| ()),
    told: |row| format!("{} is on the {} plan now.", row.name, row.plan),
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let history = plans::history(conn, tenant.id)?;
    let about = |plan| match plan {
        Plan::Standard => "Keys, groups, projects, usage.",
        Plan::Enterprise => "Also Integrations control, where it is rolled out.",
    };
    Ok(Question {
        title: format!("Plan of {}", tenant.name),
        action: format!("/support/tenants/{}/plan", tenant.id),
        legend: "Plan",
        choices: Plan::ALL
            .map(|plan| Choice {
                word: plan.as_str(),
                label: plan.as_str(),
                about: about(plan).into(),
            })
            .into(),
        typed: None,
        chosen: tenant.plan.as_str().into(),
        shown: tenant.plan.as_str().into(),
        facts: vec![Fact {
            label: "Plan now",
            value: tenant.plan.as_str().into(),
        }],
        submit: ["check", "Save plan", "primary"],
        refusal: None,
        history_of: "plan and access",
        history: history
            .into_iter()
            .map(|past| PastStep::of_decision(past, now))
            .collect(),
        tenant: tenant.id,
        name: tenant.name,
    })
}

/// `GET /support/tenants/{id}/plan`.
///
/// # Errors
/// `NotFound`, also for anybody but staff.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    question::show(&PLAN, &request, &state, me, &id).await
}

/// `POST /support/tenants/{id}/plan`: when this answers, the tenant has the plan.
///
/// # Errors
/// `NotFound`, also for anybody but staff. What is wrong shows the question again with 422, a plan that somebody else
/// changed meanwhile with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&PLAN, (&request, &state, &session), me, &id, form).await
}
