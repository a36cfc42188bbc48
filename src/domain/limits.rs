//! The key limit of a tenant: what may be asked for, and what happened to it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Result;
use super::limit_end::LimitEnd;
use super::numbers::Count;
use super::time::Timestamp;
use super::validate::{self, FieldErrors};

/// Highest limit that a tenant can have.
pub const HIGHEST: i64 = 1_000_000;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A limit and the reason for it, as typed.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// A whole number.
    pub limit: &'a str,
    /// Read by the other side, so it is never empty.
    pub reason: &'a str,
}

/// A checked input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Number of keys.
    pub limit: i64,
    /// 1 to 500 characters.
    pub reason: String,
}

impl Input<'_> {
    /// Checks both fields; `least` is the lowest number that makes sense here.
    ///
    /// # Errors
    /// `Invalid` at `limit` and `reason`.
    pub fn check(&self, least: i64) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let wanted = Draft {
            limit: errors.take("limit", check_number(self.limit, least)),
            reason: errors.take("reason", check_reason(self.reason)),
        };
        errors.into_result().map(|()| wanted)
    }
}

/// A limit of at least so many keys.
///
/// # Errors
/// A message for the field.
pub fn check_number(text: &str, least: i64) -> std::result::Result<i64, String> {
    let digits = text.trim();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain);
    number
        .filter(|number| (least..=HIGHEST).contains(number))
        .ok_or_else(|| {
            format!(
                "Enter a whole number from {} to {}.",
                Count(least),
                Count(HIGHEST)
            )
        })
}

/// The reason of a decision or a request.
///
/// # Errors
/// A message for the field.
pub fn check_reason(text: &str) -> std::result::Result<String, String> {
    let reason = validate::lines(text, LONGEST_REASON)?;
    if reason.is_empty() {
        return Err("Say why. The other side reads it.".into());
    }
    Ok(reason)
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The tenant has it now.
    Granted,
    /// Support said no.
    Declined,
    /// The tenant no longer wants it.
    Withdrawn,
}

impl Outcome {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Granted, Self::Declined, Self::Withdrawn];
        all.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What the audit log keeps of a step: the limit at that time, the number asked for or set, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Limit before it.
    pub before: i64,
    /// Limit that was asked for, declined or set.
    pub limit: i64,
    /// Empty when none was given.
    #[serde(default)]
    pub reason: String,
    /// When the limit ends, if it was set for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// What it is from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    then: Option<i64>,
}

impl Step {
    /// A step to a limit.
    pub fn new(before: i64, limit: i64, reason: &str, end: Option<LimitEnd>) -> Self {
        Self {
            before,
            limit,
            reason: reason.into(),
            until: end.map(|end| end.at),
            then: end.map(|end| end.then),
        }
    }

    /// When the limit ends, if it was set for a while.
    pub fn end(&self) -> Option<LimitEnd> {
        let (at, then) = (self.until?, self.then?);
        Some(LimitEnd { at, then })
    }

    /// As the detail of an audit row.
    pub fn detail(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| json!({}))
    }
}
