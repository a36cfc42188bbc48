//! What happened to a tenant's limit, plan and features, as both sides read it.

use crate::actions::tenant_history::Past;
use crate::domain::audit::{
    ACCESS_DECLINED, ACCESS_GRANTED, ACCESS_REQUESTED, ACCESS_SWITCHED, ACCESS_WITHDRAWN,
    DELETION_SCHEDULED, DELETION_TAKEN_BACK, LIMIT_CHANGED, LIMIT_DECLINED, LIMIT_ENDED,
    LIMIT_REQUESTED, PLAN_CHANGED, TENANT_RESUMED, TENANT_SUSPENDED,
};
use crate::domain::decision::Decision;
use crate::domain::limits::Step;
use crate::domain::time::Timestamp;
use crate::web::numbers::grouped;
use crate::web::shell::Moment;
use crate::web::viewer_zone;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastStep {
    /// "Limit changed from 10 to 25".
    pub what: String,
    /// "alice@acme.test", "Sam Stone, support", or "Keystead".
    pub by: String,
    /// Why; empty when nothing was said.
    pub reason: String,
    /// When.
    pub at: Moment,
}

impl PastStep {
    /// A step of the limit.
    pub fn of_limit(past: Past<Step>, now: Timestamp) -> Self {
        let (before, limit) = (grouped(past.step.before), grouped(past.step.limit));
        let what = match past.action.as_str() {
            LIMIT_CHANGED => match past.step.end() {
                Some(end) => format!(
                    "Limit changed from {before} to {limit} {}",
                    end.words(viewer_zone::current())
                ),
                None => format!("Limit changed from {before} to {limit}"),
            },
            LIMIT_ENDED => format!("Limit fell back from {before} to {limit}"),
            LIMIT_DECLINED => format!("Request for {limit} keys declined"),
            LIMIT_REQUESTED => format!("{limit} keys requested"),
            _ => format!("Request for {limit} keys withdrawn"),
        };
        let by_support = [LIMIT_CHANGED, LIMIT_DECLINED].contains(&past.action.as_str());
        Self {
            what,
            by: who(past.by, by_support),
            reason: past.step.reason,
            at: Moment::past(past.at, now),
        }
    }

    /// A step of the plan, of the access to a feature, or of its roll-out.
    pub fn of_decision(past: Past<Decision>, now: Timestamp) -> Self {
        let Decision {
            before,
            after,
            reason,
        } = past.step;
        let by_support = ![ACCESS_REQUESTED, ACCESS_WITHDRAWN].contains(&past.action.as_str());
        Self {
            what: match past.action.as_str() {
                PLAN_CHANGED => format!("Plan changed from {before} to {after}"),
                ACCESS_REQUESTED => "Access to integrations requested".into(),
                ACCESS_WITHDRAWN => "Request for access withdrawn".into(),
                ACCESS_DECLINED => "Request for access declined".into(),
                ACCESS_GRANTED => "Request for access granted".into(),
                TENANT_SUSPENDED => "Tenant suspended".into(),
                DELETION_SCHEDULED => format!("To be {after}"),
                DELETION_TAKEN_BACK => "Deletion taken back".into(),
                TENANT_RESUMED => "Tenant resumed".into(),
                ACCESS_SWITCHED => format!("Integrations: {after}, before: {before}"),
                _ => format!("Percentage changed from {before} to {after}"),
            },
            by: who(past.by, by_support),
            reason,
            at: Moment::past(past.at, now),
        }
    }
}

fn who(name: String, by_support: bool) -> String {
    if by_support {
        format!("{name}, support")
    } else {
        name
    }
}
