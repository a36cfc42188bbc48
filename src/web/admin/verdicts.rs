//! Verdicts in words, for pages.

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
    let (label, tone) = match code {
        Code::Valid => ("Accepted", "active"),
        Code::TenantSuspended => ("Tenant suspended", "revoked"),
        Code::Revoked => ("Key revoked", "revoked"),
        Code::Disabled => ("Key disabled", "disabled"),
        Code::Expired => ("Key expired", "expired"),
        Code::IpDenied => ("Address not allowed", "revoked"),
        Code::InsufficientScope => ("Scope missing", "revoked"),
        Code::RateLimited => ("Too many requests", "disabled"),
        Code::Malformed => ("Not a key", "expired"),
        Code::NotFound => ("Unknown key", "expired"),
    };
    Verdict {
        code: code.as_str(),
        label,
        tone,
    }
}
