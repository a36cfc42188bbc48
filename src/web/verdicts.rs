//! Verdicts as pages show them.

use crate::domain::verdict::{Code, Tone};

/// A verdict as a badge shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The word that systems get.
    pub code: &'static str,
    /// Words for people.
    pub label: &'static str,
    /// What the style sheet calls it: badges share their colours with the states of keys.
    pub tone: &'static str,
}

/// The verdict of a code.
pub fn verdict(code: Code) -> Verdict {
    let tone = match code.tone() {
        Tone::Good => "active",
        Tone::Forbidden => "revoked",
        Tone::Paused => "disabled",
        Tone::Gone => "expired",
    };
    Verdict {
        code: code.as_str(),
        label: code.label(),
        tone,
    }
}
