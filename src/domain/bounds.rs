//! What bounds a key beside its scopes: its end, from where it is used and how often. A key hands out no more than that.

use super::address_list::AddressList;
use super::allowlist_mode::AllowlistMode;
use super::rate_limit::RateLimit;
use super::time::{Timestamp, rfc3339};
use super::validate::FieldErrors;

/// The bounds of a key. The default are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    expires_at: Option<Timestamp>,
    ip_allowlist: AddressList,
    rate_limit: Option<RateLimit>,
}

impl Bounds {
    /// Of these settings. A list that is only observed bounds nothing.
    pub fn new(
        expires_at: Option<Timestamp>,
        (list, mode): (&AddressList, AllowlistMode),
        rate_limit: Option<RateLimit>,
    ) -> Self {
        let ip_allowlist = match mode {
            AllowlistMode::Enforce => list.clone(),
            AllowlistMode::Off | AllowlistMode::Observe => AddressList::default(),
        };
        Self {
            expires_at,
            ip_allowlist,
            rate_limit,
        }
    }

    /// True when a key with these may do all that one with the `other` ones may.
    pub fn cover(&self, other: &Self) -> bool {
        self.refuse(other).is_empty()
    }

    /// Where the `other` bounds of a key go beyond these ones, and what a key that has these may give it instead.
    pub fn refuse(&self, other: &Self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        if let Some(end) = self.expires_at
            && other.expires_at.is_none_or(|other| other > end)
        {
            let end = rfc3339(end);
            let text = format!("The key that asks ends at {end}: choose an end that is no later.");
            errors.add("expires_at", text);
        }
        if !self.ip_allowlist.covers(&other.ip_allowlist) {
            let text =
                "The key that asks is bound to its own addresses: enforce a list with no others.";
            errors.add("ip_allowlist", text);
        }
        if let Some(limit) = self.rate_limit
            && !other.rate_limit.is_some_and(|other| limit.covers(other))
        {
            let text = format!("The key that asks has {limit}: set a limit that is no higher.");
            errors.add("rate_limit", text);
        }
        errors
    }
}
