//! The end of a limit that was raised for a while, and what the limit falls back to then.

use chrono::{Months, NaiveDateTime, TimeDelta};

use super::key::expiry_of_last_day;
use super::numbers::Count;
use super::time::Timestamp;
use super::zone::Zone;

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
    pub fn words(&self, zone: Zone) -> String {
        format!("until {}, then {}", day_of(self.at, zone), Count(self.then))
    }

    /// The end is less than a day away.
    pub fn is_near(&self, now: Timestamp) -> bool {
        self.at - now <= TimeDelta::hours(NEAR_HOURS)
    }
}

/// "4 January 2027" of an end at midnight in UTC, which names the last day, and else "4 January 2027, 18:00 CET".
fn day_of(at: Timestamp, zone: Zone) -> String {
    if is_midnight(at) {
        last_day(at).format("%-d %B %Y").to_string()
    } else {
        zone.format(at, "%-d %B %Y, %H:%M %Z")
    }
}

/// An end as somebody types it.
pub fn typed(at: Timestamp, zone: Zone) -> String {
    if is_midnight(at) {
        last_day(at).format("%Y-%m-%d").to_string()
    } else {
        zone.format(at, "%Y-%m-%d %H:%M")
    }
}

fn is_midnight(at: Timestamp) -> bool {
    at.timestamp() % 86_400 == 0
}

fn last_day(at: Timestamp) -> Timestamp {
    at - TimeDelta::microseconds(1)
}

/// An end as typed: a day, through which the limit holds, or a day and a time. Empty for none. A day is the same for
/// everybody who reads it, in UTC; a time is one of the zone.
///
/// # Errors
/// A message for the field.
pub fn check(text: &str, now: Timestamp, zone: Zone) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    let at = match expiry_of_last_day(text) {
        Ok(at) => at,
        Err(_) => Some(instant(text, zone)?),
    };
    let Some(at) = at else { return Ok(None) };
    if at <= now {
        return Err(format!("Choose an end in the future. Times are in {zone}."));
    }
    let furthest = now.checked_add_months(Months::new(12 * LONGEST_YEARS));
    if furthest.is_none_or(|furthest| at > furthest) {
        return Err(format!(
            "Choose an end within {LONGEST_YEARS} years, or leave it empty."
        ));
    }
    Ok(Some(at))
}

fn instant(text: &str, zone: Zone) -> Result<Timestamp, String> {
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let found = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    found.map(|at| zone.instant(at)).ok_or_else(|| {
        "Enter a date such as 2027-01-04, or a date and a time such as 2027-01-04 18:00, or leave it empty.".into()
    })
}
