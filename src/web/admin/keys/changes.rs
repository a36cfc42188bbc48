//! What an edit changed about a key, in words, from the detail of its audit row.

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::list_change::{ListChange, number};
use crate::domain::time::{self, Timestamp};
use crate::web::numbers::counted;

/// Such as "Group: Full access → Read only". Rows without what was before say what changed and nothing more.
pub fn in_words(detail: &Value) -> String {
    let changed = detail["after"].as_object().into_iter().flatten();
    let words = changed.map(|(member, after)| word(member, detail["before"].get(member), after));
    words.collect::<Vec<_>>().join("; ")
}

fn word(member: &str, before: Option<&Value>, after: &Value) -> String {
    match member {
        "name" => pair("Name", before, after, "none"),
        "description" => "Description".into(),
        "authorization_group" => pair("Group", before, after, "none"),
        "project" => pair("Project", before, after, "whole organization"),
        "owner" => pair("Owner", before, after, "nobody"),
        "rate_limit" => pair("Rate limit", before, after, "none"),
        "expires_at" => {
            let (before, after) = (before.map(last_day), last_day(after));
            pair("Last day", before.as_ref(), &after, "never expires")
        }
        "ip_allowlist" => list(before, after),
        "ip_allowlist_mode" => match after.as_str() {
            Some("enforce") => "IP allowlist enforced".into(),
            Some("observe") => "IP allowlist only observed".into(),
            _ => "IP allowlist off".into(),
        },
        other => other.replace('_', " "),
    }
}

fn pair(label: &str, before: Option<&Value>, after: &Value, nothing: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap_or(nothing).to_owned();
    match before {
        Some(before) => format!("{label}: {} → {}", text(before), text(after)),
        None => format!("{label}: now {}", text(after)),
    }
}

/// The instant in a row is the first at which the key no longer works; people think of the day before.
fn last_day(value: &Value) -> Value {
    let at = value
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok());
    at.map(|at| time::day(at - TimeDelta::microseconds(1)))
        .into()
}

fn list(before: Option<&Value>, after: &Value) -> String {
    if let Some(change) = ListChange::read(after) {
        return counts(change.added_count, change.removed_count);
    }
    // Rows of before kept both lists.
    let entries = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let Some(before) = before.map(entries) else {
        return "IP allowlist".into();
    };
    let after = entries(after);
    let more =
        |of: &[Value], than: &[Value]| of.iter().filter(|entry| !than.contains(entry)).count();
    counts(more(&after, &before), more(&before, &after))
}

fn counts(added: usize, removed: usize) -> String {
    match (added, removed) {
        (0, removed) => format!("IP allowlist: {} removed", ranges(removed)),
        (added, 0) => format!("IP allowlist: {} added", ranges(added)),
        (added, removed) => {
            let removed = number(removed);
            format!("IP allowlist: {} added, {removed} removed", ranges(added))
        }
    }
}

fn ranges(count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    counted(count, "range", "ranges")
}
