//! The plans, and the plan of a tenant, as support staff changes it.

use super::limits::object;
use super::tenant_history::{self, Past};
use super::{access_requests, limit_ends, record_by_supporter};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::{
    ACCESS_DECLINED, ACCESS_GRANTED, ACCESS_REQUESTED, ACCESS_SWITCHED, ACCESS_WITHDRAWN, Event,
    PLAN_CHANGED,
};
use crate::domain::decision::{Decision, Input};
use crate::domain::id::TenantId;
use crate::domain::limit_end::LimitEnd;
use crate::domain::limits::Step;
use crate::domain::plan::Plan;
use crate::domain::role::Supporter;
use crate::domain::rollout::Feature;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result, limits};

/// Steps that are shown.
const SHOWN: i64 = 20;

/// Takes over the plans of the configuration, and names those that tenants are on and that are no plans any more. Every
/// server learns when something changed.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn take_over(conn: &mut Conn, plans: &[Plan]) -> Result<Vec<String>> {
    change_log::hold(conn)?;
    if db::plans::list(conn)? != plans {
        change_log::append(conn, change_log::Item::Rollout(Feature::Integrations))?;
        db::plans::replace(conn, plans)?;
    }
    db::plans::list_lost(conn)
}

/// The limit of a tenant once it is on a plan: what it was granted is never lowered.
pub fn limit_on(plan: &Plan, limit: i64) -> i64 {
    limit.max(plan.key_limit)
}

/// Sets the plan of a tenant, provided that it still is the one that the form showed. A limit below that of the plan is
/// raised to it.
///
/// # Errors
/// `NotFound`; `Invalid` at `choice` and `reason`; a conflict `changed-meanwhile`.
pub fn set(conn: &mut Conn, by: &Supporter, tenant: TenantId, input: &Input<'_>) -> Result<()> {
    change_log::hold(conn)?;
    let (row, _) = limit_ends::settle(conn, tenant, by.now)?;
    if row.plan != input.shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let mut errors = FieldErrors::default();
    let plans = db::plans::list(conn)?;
    let plan = plans.into_iter().find(|plan| plan.name == input.choice);
    match &plan {
        None => errors.add("choice", "Choose one of the plans."),
        Some(plan) if plan.name == row.plan => {
            errors.add("choice", format!("The plan is {} already.", plan.name));
        }
        Some(_) => {}
    }
    let reason = errors.take("reason", limits::check_reason(input.reason));
    errors.into_result()?;
    let plan = plan.ok_or_else(|| Error::internal("a plan was checked and is none"))?;
    change_log::append(conn, change_log::Item::Rollout(Feature::Integrations))?;
    db::tenants::set_plan(conn, tenant, &plan.name)?;
    let event = Event::PlanChanged(Decision {
        before: row.plan.clone(),
        after: plan.name.clone(),
        reason: reason.clone(),
    });
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))?;
    let limit = limit_on(&plan, row.key_limit);
    let (_, end) = limit_ends::current(conn, tenant, by.now)?;
    // A limit for a while falls back no further than to that of the plan.
    let raised = end.map(|end| LimitEnd {
        then: limit_on(&plan, end.then),
        ..end
    });
    let new_end = raised.filter(|end| end.then < limit);
    if limit != row.key_limit || new_end != end {
        db::tenants::set_key_limit(conn, tenant, limit)?;
        db::limit_ends::replace(conn, tenant, new_end)?;
        let step = Step::new(row.key_limit, limit, &reason, new_end);
        let event = Event::LimitChanged(step);
        record_by_supporter(conn, by, Some(tenant), &event, object(&row))?;
    }
    access_requests::settle(conn, by, tenant, Feature::Integrations, &reason)
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
