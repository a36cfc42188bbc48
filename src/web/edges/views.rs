//! What verifiers send, and what they are told.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::domain::id::IdText;
use crate::verify::Allowance;

/// A verifier's question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question<'a> {
    /// The text that the caller presented.
    #[serde(borrow)]
    #[schema(value_type = String, example = "ks_live_…")]
    pub key: std::borrow::Cow<'a, str>,
    /// The caller's address, for keys with an allowlist.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    pub ip: Option<std::borrow::Cow<'a, str>>,
    /// The scope that the operation needs.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "work-orders:write")]
    pub scope: Option<std::borrow::Cow<'a, str>>,
    /// HTTP method of the operation.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "POST")]
    pub method: Option<std::borrow::Cow<'a, str>>,
    /// Path of the operation, without its query.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "/v1/work-orders")]
    pub path: Option<std::borrow::Cow<'a, str>>,
    /// The name that the caller's program gives itself (its `User-Agent`).
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "erp-sync/2.1")]
    pub user_agent: Option<std::borrow::Cow<'a, str>>,
    /// A `revision` from the answer to a change: the verdict goes by that change, or is 503 while this server lacks it.
    #[serde(borrow, default)]
    #[schema(value_type = Option<i64>, example = 1, minimum = 0)]
    pub at_least: Option<&'a RawValue>,
}

/// The answer to a verifier's question.
#[derive(Debug, ToSchema)]
pub struct Verdict<'a> {
    /// True when the key may do this, now, from here.
    pub valid: bool,
    /// `VALID`, or the reason.
    pub code: &'static str,
    /// Identifier of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub key_id: Option<IdText>,
    /// Identifier of its tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub tenant_id: Option<IdText>,
    /// Identifier of the project that the key belongs to, unless it is the whole tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project_id: Option<IdText>,
    /// Name of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// `live` or `test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<&'static str>,
    /// Name of its authorization group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_group: Option<&'a str>,
    /// What it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<&'a [String]>,
    /// From when on it no longer works, or null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Option<String>>,
    /// A sentence for the key's holder from 14 days before it expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "This key expires on 26 Nov 2026 (in 6 days).")]
    pub warning: Option<String>,
    /// What the key's rate limit has left, when it has one and it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitState>,
    /// With `RATE_LIMITED`: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Id of this request, to find it again in the log.
    pub request_id: &'a str,
}

/// What a rate limit has left.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateLimitState {
    /// Requests a period.
    #[schema(example = 100)]
    pub limit: u32,
    /// Requests that could follow at once; a burst may allow more than `limit`.
    #[schema(example = 99)]
    pub remaining: u32,
    /// Seconds until the whole burst is there again; with `RATE_LIMITED` until the next request is allowed.
    #[schema(example = 1)]
    pub reset: u64,
}

impl From<Allowance> for RateLimitState {
    fn from(allowance: Allowance) -> Self {
        Self {
            limit: allowance.limit.requests(),
            remaining: allowance.remaining,
            reset: allowance.reset,
        }
    }
}

/// Many questions of a verifier.
#[derive(ToSchema)]
pub struct Questions<'a> {
    /// The questions, 1 to 1,000.
    #[schema(min_items = 1, max_items = 1000)]
    pub keys: Vec<Question<'a>>,
}

/// [`Questions`] on their way in: each is read on its own, so that a wrong one can be named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawQuestions<'a> {
    /// The questions as sent.
    #[serde(borrow)]
    pub keys: Vec<&'a RawValue>,
}

/// The answers to many questions.
#[derive(Debug, ToSchema)]
pub struct Verdicts<'a> {
    /// One verdict for each question, in the same order.
    pub results: Vec<Verdict<'a>>,
}
