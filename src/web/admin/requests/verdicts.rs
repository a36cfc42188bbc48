//! Verdicts as pages show them.

use crate::verify::Code;

/// A verdict as a badge shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The word that systems get.
    pub code: &'static str,
    /// Words for people.
    pub label: &'static str,
    /// What the style sheet calls it.
    pub tone: &'static str,
}

/// The verdict of a code.
pub fn verdict(code: Code) -> Verdict {
    let tone = match code {
        Code::Valid => "active",
        Code::TenantSuspended | Code::Revoked | Code::IpDenied | Code::InsufficientScope => {
            "revoked"
        }
        Code::Disabled | Code::RateLimited => "disabled",
        Code::Expired | Code::Malformed | Code::NotFound => "expired",
    };
    Verdict {
        code: code.as_str(),
        label: code.label(),
        tone,
    }
}
