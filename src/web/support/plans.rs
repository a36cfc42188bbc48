//! Support sets the plan of a tenant.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::question::{self, Choice, DecisionForm, Fact, Kind, Question};
use crate::actions::plans;
use crate::db::tenants::Tenant;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::{counted, grouped};
use crate::web::staff::Staff;
use crate::web::state::State;

static PLAN: Kind = Kind {
    right: Right::ChangePlans,
    load,
    decide: |conn, by, tenant, input| plans::set(conn, by, tenant, input),
    told: |row| format!("{} is on the {} plan now.", row.name, row.plan),
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let history = plans::history(conn, tenant.id)?;
    let all = db::plans::list(conn)?;
    let now_on = all.iter().find(|plan| plan.name == tenant.plan);
    let mut facts = vec![
        Fact {
            label: "Plan now",
            value: tenant.plan.clone(),
        },
        Fact {
            label: "Limit now",
            value: counted(tenant.key_limit, "key", "keys"),
        },
    ];
    if now_on.is_none() {
        facts.push(Fact {
            label: "No such plan",
            value: "The configuration has no plan of that name any more: it counts as Standard."
                .into(),
        });
    }
    Ok(Question {
        title: format!("Plan of {}", tenant.name),
        action: format!("/support/tenants/{}/plan", tenant.id),
        legend: "Plan",
        choices: all
            .iter()
            .map(|plan| Choice {
                word: plan.name.clone(),
                label: plan.name.clone(),
                about: about(plan, now_on, &tenant),
            })
            .collect(),
        chosen: tenant.plan.clone(),
        shown: tenant.plan.clone(),
        facts,
        submit: ["check", "Save plan", "primary"],
        ..Question::about(&tenant, history, now)
    })
}

/// What is in a plan, and what changes with it: what is lost, and what becomes of the limit.
fn about(plan: &Plan, now_on: Option<&Plan>, tenant: &Tenant) -> String {
    let mut text = plan.about();
    if plan.name == tenant.plan {
        return text;
    }
    let had = now_on.map_or(&[][..], |now| &now.features);
    for lost in had.iter().filter(|one| !plan.features.contains(one)) {
        let label = lost.label();
        text = format!("{text} Without {label}, which it has a plan for now.");
    }
    let (limit, keys) = (tenant.key_limit, |many| counted(many, "key", "keys"));
    let then = plans::limit_on(plan, limit);
    let of_limit = if then > limit {
        format!(" Its limit goes from {} to {}.", grouped(limit), keys(then))
    } else if plan.key_limit < limit {
        let own = grouped(plan.key_limit);
        format!(
            " Its limit stays {}, though the plan begins with {own}.",
            keys(limit)
        )
    } else {
        String::new()
    };
    text + &of_limit
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
