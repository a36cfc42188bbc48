//! The end of a limit that was raised for a while, and what the limit falls back to then.

use chrono::{Months, NaiveDateTime, TimeDelta};

use super::key::expiry_of_last_day;
use super::numbers::Count;
use super::time::Timestamp;

/// Hours before the end from which on both sides are told of it.
const NEAR_HOURS: i64 = 24;
/// Years that an end may be away.
const LONGEST_YEARS: u32 = 5;

/// When a limit ends, and what it is from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitEnd {
    /// The first instant at which the limit is the lower one.
    pub at: Timestamp,
    /// The lower one.
    pub then: i64,
}

impl LimitEnd {
    /// "until 4 January 2027, then 1,000".
    pub fn words(&self) -> String {
        format!("until {}, then {}", day_of(self.at), Count(self.then))
    }

    /// The end is less than a day away.
    pub fn is_near(&self, now: Timestamp) -> bool {
        self.at - now <= TimeDelta::hours(NEAR_HOURS)
    }
}

/// "4 January 2027" of an end at midnight, which names the last day, and else "4 January 2027, 18:00 UTC".
fn day_of(at: Timestamp) -> String {
    if is_midnight(at) {
        last_day(at).format("%-d %B %Y").to_string()
    } else {
        at.format("%-d %B %Y, %H:%M UTC").to_string()
    }
}

/// An end as somebody types it.
pub fn typed(at: Timestamp) -> String {
    if is_midnight(at) {
        last_day(at).format("%Y-%m-%d").to_string()
    } else {
        at.format("%Y-%m-%d %H:%M").to_string()
    }
}

fn is_midnight(at: Timestamp) -> bool {
    at.timestamp() % 86_400 == 0
}

fn last_day(at: Timestamp) -> Timestamp {
    at - TimeDelta::microseconds(1)
}

/// An end as typed, in UTC: a day, through which the limit holds, or a day and a time. Empty for none.
///
/// # Errors
/// A message for the field.
pub fn check(text: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    let at = match expiry_of_last_day(text) {
        Ok(at) => at,
        Err(_) => Some(instant(text)?),
    };
    let Some(at) = at else { return Ok(None) };
    if at <= now {
        return Err("Choose an end in the future. Times are in UTC.".into());
    }
    let furthest = now.checked_add_months(Months::new(12 * LONGEST_YEARS));
    if furthest.is_none_or(|furthest| at > furthest) {
        return Err(format!(
            "Choose an end within {LONGEST_YEARS} years, or leave it empty."
        ));
    }
    Ok(Some(at))
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let found = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    found.map(|at| at.and_utc()).ok_or_else(|| {
        "Enter a date such as 2027-01-04, or a date and a time such as 2027-01-04 18:00, or leave it empty.".into()
    })
}
