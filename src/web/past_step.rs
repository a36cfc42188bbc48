//! What happened to a tenant's limit, as both sides read it.

use crate::actions::limits::Past;
use crate::domain::audit::{LIMIT_CHANGED, LIMIT_DECLINED, LIMIT_REQUESTED};
use crate::domain::time::Timestamp;
use crate::web::numbers::grouped;
use crate::web::shell::Moment;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitStep {
    /// "Changed from 10 to 25".
    pub what: String,
    /// "alice@acme.test", or "Sam Stone, support".
    pub by: String,
    /// Why; empty when nothing was said.
    pub reason: String,
    /// When.
    pub at: Moment,
}

impl LimitStep {
    /// A step of the history.
    pub fn new(past: Past, now: Timestamp) -> Self {
        let (before, limit) = (grouped(past.step.before), grouped(past.step.limit));
        let what = match past.action.as_str() {
            LIMIT_CHANGED => format!("Limit changed from {before} to {limit}"),
            LIMIT_DECLINED => format!("Request for {limit} keys declined"),
            LIMIT_REQUESTED => format!("{limit} keys requested"),
            _ => format!("Request for {limit} keys withdrawn"),
        };
        let by_support = [LIMIT_CHANGED, LIMIT_DECLINED].contains(&past.action.as_str());
        Self {
            what,
            by: if by_support {
                format!("{}, support", past.by)
            } else {
                past.by
            },
            reason: past.step.reason,
            at: Moment::past(past.at, now),
        }
    }
}
