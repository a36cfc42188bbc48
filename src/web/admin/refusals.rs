//! Why keys were refused, and how often.

use crate::actions::usage_reports::refusals;
use crate::domain::tally::Counts;
use crate::domain::verdict::Code;
use crate::web::numbers::{grouped, share};

/// One line of the table of refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Words.
    pub label: &'static str,
    /// The code in answers.
    pub code: &'static str,
    /// How often.
    pub count: i64,
    /// "1,200".
    pub number: String,
    /// Part of all refusals.
    pub share: String,
}

/// The reasons of refusals as lines of a table.
pub fn reasons(of: &Counts) -> Vec<Reason> {
    let all = of.refused();
    let reason = |(code, count): (Code, i64)| Reason {
        label: code.label(),
        code: code.as_str(),
        count,
        number: grouped(count),
        share: share(count, all),
    };
    refusals(of).into_iter().map(reason).collect()
}
