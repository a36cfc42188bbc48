//! What support staff decides about a tenant beside its limit, as form and audit log have it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A choice among words and the reason for it, as typed.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// What the form showed, by which a change that came between is noticed.
    pub shown: &'a str,
    /// The word that was chosen.
    pub choice: &'a str,
    /// Read by the other side, so it is never empty.
    pub reason: &'a str,
}

/// What the audit log keeps of a step: how it was, how it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How it was, in a word.
    pub before: String,
    /// How it is.
    pub after: String,
    /// Why.
    pub reason: String,
}

impl Decision {
    /// As the detail of an audit row.
    pub fn detail(&self) -> Value {
        serde_json::json!({ "before": self.before, "after": self.after, "reason": self.reason })
    }
}
