//! What is typed where a key is rotated: how long the old secret works on, and when the key ends.

use chrono::TimeDelta;
use serde::Deserialize;

use crate::db::keys::Key;
use crate::domain::key::{State as KeyState, expires_soon, expiry_of_last_day};
use crate::domain::time::Timestamp;
use crate::domain::{Result, random};

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    #[serde(default)]
    pub(super) grace: String,
    #[serde(default)]
    pub(super) expiry: String,
    #[serde(default)]
    pub(super) expires_on: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) last4: String,
    #[serde(default)]
    pub(super) idempotency_key: String,
}

/// The reason that leaves the old secret no time.
pub(super) const COMPROMISED: &str = "Compromised";

/// Choices of the old secret's time: the word, and how it reads.
pub const GRACES: [(&str, &str); 5] = [
    ("24h", "Old secret keeps working for 24 hours"),
    ("1h", "Old secret keeps working for 1 hour"),
    ("7d", "Old secret keeps working for 7 days"),
    (
        "quiet",
        "Old secret keeps working until nobody has used it for 24 hours",
    ),
    ("now", "Old secret stops working now"),
];

impl RotationForm {
    /// As it is before anything is chosen: a key that ends soon, or has ended, is not to keep its date.
    pub(super) fn new(key: &Key, now: Timestamp) -> Result<Self> {
        let ends_soon = key.expires_at.is_some_and(|at| expires_soon(at, now));
        let (grace, expiry) = match key.state(now) {
            KeyState::Expired => ("now", "90"),
            _ if ends_soon => ("24h", "90"),
            _ => ("24h", "keep"),
        };
        Ok(Self {
            grace: grace.into(),
            expiry: expiry.into(),
            idempotency_key: random::token()?,
            ..Self::default()
        })
    }

    /// The new end of the key's life; presets count whole days, as on the form for new keys.
    #[allow(
        clippy::option_option,
        reason = "kept, never and an instant are three things"
    )]
    pub(super) fn expires_at(
        &self,
        now: Timestamp,
    ) -> std::result::Result<Option<Option<Timestamp>>, (&'static str, String)> {
        let in_days = |days: i64| {
            let last = (now + TimeDelta::days(days)).format("%Y-%m-%d");
            expiry_of_last_day(&last.to_string())
        };
        match self.expiry.as_str() {
            "keep" | "" => return Ok(None),
            "never" => return Ok(Some(None)),
            "30" => in_days(30),
            "90" => in_days(90),
            "365" => in_days(365),
            "date" if self.expires_on.trim().is_empty() => {
                Err("Choose the last day on which the key works.".into())
            }
            "date" => {
                return expiry_of_last_day(&self.expires_on)
                    .map(Some)
                    .map_err(|text| ("expires_on", text));
            }
            _ => return Err(("expiry", "Choose one of these.".into())),
        }
        .map(Some)
        .map_err(|text| ("expires_on", text))
    }
}
