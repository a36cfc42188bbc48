//! What the tenant and support both read of the explanation of a request.

use super::shell::Moment;
use super::verdicts::{Verdict, verdict};
use crate::actions::explain::{CheckResult, Outcome};
use crate::domain::request_id::RequestId;
use crate::domain::verdict::Code;

/// Reads the id of a request as typed.
///
/// # Errors
/// A message for the field.
pub fn request_id(typed: &str) -> Result<RequestId, &'static str> {
    typed
        .to_ascii_lowercase()
        .parse()
        .map_err(|_| "A request id has 32 characters: digits, and letters from a to f.")
}

/// How the style sheet calls the outcome of a check, its icon, and the word for it.
pub fn look(check: &CheckResult) -> (&'static str, &'static str, &'static str) {
    match check.outcome {
        Outcome::Passed => ("passed", "circle-check", "Passed"),
        Outcome::Failed => ("failed", "ban", "Failed"),
        Outcome::NotReached => ("skipped", "ellipsis", "Not reached"),
    }
}

/// What the checks came to.
pub fn summary(code: Code) -> &'static str {
    if code == Code::Valid {
        "Every check passed."
    } else {
        "The first check that failed decided; those behind it were not made."
    }
}

/// A request with a text that is no key of ours.
pub struct StrangerView {
    /// The request's id.
    pub id: String,
    /// When it came.
    pub at: Moment,
    /// The verdict.
    pub verdict: Verdict,
    /// What that means.
    pub meaning: &'static str,
}

impl StrangerView {
    /// Of the request with this id.
    pub fn new(id: RequestId, code: Code) -> Self {
        Self {
            id: id.to_string(),
            at: Moment::to_the_second(id.at()),
            verdict: verdict(code),
            meaning: meaning_of_stranger(code),
        }
    }
}

/// What it means that a presented text was no key of ours.
fn meaning_of_stranger(code: Code) -> &'static str {
    if code == Code::Malformed {
        "What was sent does not have the form of a key, or a character of it is wrong. Check that the whole key \
         was copied, with nothing around it."
    } else {
        "What was sent has the form of a key, but no such key exists here. Check which installation it belongs to."
    }
}
