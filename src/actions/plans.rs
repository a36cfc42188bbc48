//! The plan of a tenant, as support staff changes it.

use super::limits::object;
use super::tenant_history::{self, Past};
use super::{access_requests, record_by_supporter};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::{
    ACCESS_DECLINED, ACCESS_GRANTED, ACCESS_REQUESTED, ACCESS_SWITCHED, ACCESS_WITHDRAWN, Event,
    PLAN_CHANGED,
};
use crate::domain::decision::{Decision, Input};
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::role::Supporter;
use crate::domain::rollout::Feature;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result, limits};

/// Steps that are shown.
const SHOWN: i64 = 20;

/// Sets the plan of a tenant, provided that it still is the one that the form showed.
///
/// # Errors
/// `NotFound`; `Invalid` at `choice` and `reason`; a conflict `changed-meanwhile`.
pub fn set(conn: &mut Conn, by: &Supporter, tenant: TenantId, input: &Input<'_>) -> Result<Plan> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    if row.plan.as_str() != input.shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let mut errors = FieldErrors::default();
    let plan = Plan::parse(input.choice);
    match plan {
        None => errors.add("choice", "Choose one of the plans."),
        Some(plan) if plan == row.plan => {
            errors.add("choice", format!("The plan is {} already.", plan.as_str()));
        }
        Some(_) => {}
    }
    let reason = errors.take("reason", limits::check_reason(input.reason));
    errors.into_result()?;
    let plan = plan.ok_or_else(|| Error::internal("a plan was checked and is none"))?;
    change_log::append(conn, change_log::Item::Rollout(Feature::Integrations))?;
    db::tenants::set_plan(conn, tenant, plan)?;
    let event = Event::PlanChanged(Decision {
        before: row.plan.as_str().into(),
        after: plan.as_str().into(),
        reason: reason.clone(),
    });
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))?;
    access_requests::settle(conn, by, tenant, Feature::Integrations, &reason)?;
    Ok(plan)
}

/// What happened to a tenant's plan and to what it may use, newest first.
pub fn history(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Past<Decision>>> {
    let kinds = [
        PLAN_CHANGED,
        ACCESS_SWITCHED,
        ACCESS_REQUESTED,
        ACCESS_WITHDRAWN,
        ACCESS_DECLINED,
        ACCESS_GRANTED,
    ];
    tenant_history::list(conn, tenant, &kinds, SHOWN)
}
