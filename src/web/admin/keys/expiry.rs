//! When a key ends, in words.

use crate::domain::key::expires_soon;
use crate::domain::time::{self, Timestamp};

/// When a key ends, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// "in 6 days".
    pub text: String,
    /// "26 Nov 2026": the last day on which the key works.
    pub date: String,
    /// RFC 3339.
    pub iso: String,
    /// `plain`, `warn` or `bad`.
    pub tone: &'static str,
}

/// When a key ends, for one that ends.
pub fn expiry(at: Timestamp, now: Timestamp) -> Expiry {
    let tone = match (at - now).num_seconds() {
        ..=0 => "bad",
        _ if expires_soon(at, now) => "warn",
        _ => "plain",
    };
    // The instant is the first at which the key no longer works; its last day is a moment before.
    let last_day = time::day(at - chrono::TimeDelta::microseconds(1));
    Expiry {
        text: time::relative(at, now),
        date: last_day,
        iso: time::rfc3339(at),
        tone,
    }
}
