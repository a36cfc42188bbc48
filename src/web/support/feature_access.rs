//! Support switches integrations for one tenant, or leaves them to the percentage.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::access_refusals::requested;
use super::question::{self, DecisionForm, Fact, Kind, Question};
use crate::actions::feature_switches::{self, Choice};
use crate::actions::{plans, rollouts};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::rollout::{Access, Feature, Switch};
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::staff::Staff;
use crate::web::state::State;

const FEATURE: Feature = Feature::Integrations;

static ACCESS: Kind = Kind {
    right: Right::ChangeFeatures,
    load,
    decide: |conn, by, tenant, input| feature_switches::set(conn, by, tenant, FEATURE, input),
    told: |row| format!("{}: {} now.", row.name, row.access.to_lowercase()),
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let switch = db::feature_switches::find(conn, tenant.id, FEATURE)?;
    let percentage = db::feature_rollouts::percentage(conn, FEATURE)?;
    let history = plans::history(conn, tenant.id)?;
    let about = |choice| match choice {
        Choice::On => "It has them now, if they are part of its plan.".into(),
        Choice::Off => "It does not have them; what it stored is kept.".into(),
        Choice::ByPercentage => format!("When its turn comes. {percentage}% have them now."),
    };
    let fact = |label, value: &str| Fact {
        label,
        value: value.into(),
    };
    let access = rollouts::access(conn, tenant.id, FEATURE)?;
    let asked = requested(conn, tenant.id, now)?;
    let mut facts = vec![
        fact("Plan", tenant.plan.as_str()),
        fact("Access now", now_in_words(access, switch)),
    ];
    facts.extend(asked.iter().flatten().cloned());
    Ok(Question {
        title: format!("Integrations of {}", tenant.name),
        action: format!("/support/tenants/{}/access", tenant.id),
        legend: "Integrations control",
        choices: Choice::ALL
            .map(|choice| question::Choice {
                word: choice.as_str().into(),
                label: choice.label().into(),
                about: about(choice),
            })
            .into(),
        chosen: Choice::of(switch).as_str().into(),
        shown: feature_switches::version(conn, &tenant, FEATURE)?,
        facts,
        submit: ["check", "Save access", "primary"],
        refusal: asked
            .is_some()
            .then(|| format!("/support/tenants/{}/access-refusal", tenant.id)),
        ..Question::about(&tenant, history, now)
    })
}

/// Whether it has them, and by what.
fn now_in_words(access: Access, switch: Option<Switch>) -> &'static str {
    match (access, switch) {
        (Access::Available, Some(Switch::Kept)) => {
            "Yes: it stored credentials when the percentage was lowered"
        }
        (Access::Available, Some(_)) => "Yes: switched on",
        (Access::Available, None) => "Yes: by percentage",
        (Access::NotOnPlan, _) => "No: not part of its plan",
        (Access::NotRolledOut, _) => "No: its turn has not come",
        (Access::SwitchedOff, _) => "No: switched off",
    }
}

/// `GET /support/tenants/{id}/access`.
///
/// # Errors
/// `NotFound`, also for anybody but staff.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    question::show(&ACCESS, &request, &state, me, &id).await
}

/// `POST /support/tenants/{id}/access`.
///
/// # Errors
/// `NotFound`, also for anybody but staff. What is wrong shows the question again with 422, and with 409 when something
/// that decides about the access was changed meanwhile.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&ACCESS, (&request, &state, &session), me, &id, form).await
}
