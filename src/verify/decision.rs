//! The decision: may this key do this, now, from here?

use std::net::IpAddr;
use std::sync::Arc;

use super::index::{Entry, Index};
use crate::domain::key_text;
use crate::domain::time::Timestamp;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The presented text.
    pub key: &'a str,
    /// Where the caller is, as far as it is known.
    pub address: Option<IpAddr>,
    /// The scope that the operation needs.
    pub scope: Option<&'a str>,
    /// The present.
    pub now: Timestamp,
}

/// The answer in one word, for those who may know the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Go ahead.
    Valid,
    /// Not the shape of a key, or its check is wrong.
    Malformed,
    /// No such key.
    NotFound,
    /// The tenant is suspended.
    TenantSuspended,
    /// The key was revoked.
    Revoked,
    /// The key is switched off.
    Disabled,
    /// The key is past its expiry.
    Expired,
    /// The caller's address is not on the key's list.
    IpDenied,
    /// The key lacks the scope.
    InsufficientScope,
}

impl Code {
    /// The word in JSON and headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Malformed => "MALFORMED",
            Self::NotFound => "NOT_FOUND",
            Self::TenantSuspended => "TENANT_SUSPENDED",
            Self::Revoked => "REVOKED",
            Self::Disabled => "DISABLED",
            Self::Expired => "EXPIRED",
            Self::IpDenied => "IP_DENIED",
            Self::InsufficientScope => "INSUFFICIENT_SCOPE",
        }
    }
}

/// The answer, with the key it is about when there is one.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The answer.
    pub code: Code,
    /// The key.
    pub entry: Option<Arc<Entry>>,
}

/// Decides and counts the answer. `None` when the index can't be sure: the edge then answers 503.
pub fn decide(index: &Index, question: &Question<'_>) -> Option<Verdict> {
    if !index.is_certain() {
        return None;
    }
    if !key_text::is_well_formed(question.key) {
        return Some(Verdict {
            code: Code::Malformed,
            entry: None,
        });
    }
    let Some(entry) = index.find(question.key) else {
        return Some(Verdict {
            code: Code::NotFound,
            entry: None,
        });
    };
    let code = judge(&entry, question);
    index
        .usage()
        .count(&entry, code == Code::Valid, question.now);
    Some(Verdict {
        code,
        entry: Some(entry),
    })
}

/// The checks in their order; the first that fails is the answer.
fn judge(entry: &Entry, question: &Question<'_>) -> Code {
    if entry.tenant_suspended {
        Code::TenantSuspended
    } else if entry.revoked {
        Code::Revoked
    } else if entry.disabled {
        Code::Disabled
    } else if entry.expires_at.is_some_and(|end| end <= question.now) {
        Code::Expired
    } else if entry
        .ip_allowlist
        .as_ref()
        .is_some_and(|list| !list.allows(question.address))
    {
        Code::IpDenied
    } else if question
        .scope
        .is_some_and(|scope| !entry.group.scopes.allow(scope))
    {
        Code::InsufficientScope
    } else {
        Code::Valid
    }
}
