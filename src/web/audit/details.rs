//! The particulars of a row as people read them: what was before and what is after, side by side, and the rest.

use serde_json::{Map, Value};

use crate::domain::list_change::{ListChange, number};
use crate::domain::time::Timestamp;
use crate::web::shell::Moment;

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub label: String,
    /// How it was.
    pub before: String,
    /// How it is.
    pub after: String,
}

/// The particulars of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Why; may be empty.
    pub reason: String,
    /// What changed.
    pub changes: Vec<Change>,
    /// Whatever else is known, each with its label.
    pub facts: Vec<(String, String)>,
}

impl Details {
    /// Of the JSON of a row.
    pub fn read(detail: &str) -> Self {
        let mut details = Self::default();
        let Ok(Value::Object(mut members)) = serde_json::from_str(detail) else {
            return details;
        };
        let taken = |members: &mut Map<String, Value>, name: &str| members.shift_remove(name);
        if let Some(reason) = taken(&mut members, "reason") {
            details.reason = text(&reason);
        }
        // Of a limit the row has the number before and the one that was asked for or set.
        let after = taken(&mut members, "after").or_else(|| taken(&mut members, "limit"));
        match (taken(&mut members, "before"), after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                details.changes = changes(&before, &after);
            }
            (None, Some(Value::Object(after))) => {
                details.changes = changes(&Map::new(), &after);
            }
            (Some(before), Some(after)) => details.changes.push(Change {
                label: "Value".into(),
                before: text(&before),
                after: text(&after),
            }),
            (before, after) => {
                let rest = [("Before", before), ("After", after)];
                let known = rest.iter().filter_map(|(label, value)| {
                    value
                        .as_ref()
                        .map(|value| ((*label).to_owned(), text(value)))
                });
                details.facts.extend(known);
            }
        }
        let known = members.iter().filter(|(_, value)| !is_nothing(value));
        details
            .facts
            .extend(known.map(|(name, value)| (label(name), told(name, value))));
        details
    }
}

fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let only_before = before.keys().filter(|name| !after.contains_key(*name));
    let of = |members: &Map<String, Value>, name: &str| {
        members
            .get(name)
            .map(|value| told(name, value))
            .unwrap_or_default()
    };
    after
        .keys()
        .chain(only_before)
        .map(|name| match after.get(name).and_then(ListChange::read) {
            Some(list) => Change {
                label: label(name),
                before: format!("{} in all", number(list.count_before())),
                after: list.in_words(),
            },
            None => Change {
                label: label(name),
                before: of(before, name),
                after: of(after, name),
            },
        })
        .collect()
}

/// "Authorization group" of `authorization_group`.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// A particular by its name: instants are in the zone of whoever reads.
fn told(name: &str, value: &Value) -> String {
    let is_instant = name.ends_with("_at") || name == "until";
    if let Some(list) = ListChange::read(value) {
        return list.in_words();
    }
    let at = value.as_str().filter(|_| is_instant);
    match at.and_then(|at| at.parse::<Timestamp>().ok()) {
        Some(at) => Moment::day(at).title,
        None => text(value),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(_) => ListChange::read(value).is_some_and(|list| list.is_of_nothing()),
        _ => false,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Array(list) if !list.is_empty() => {
            list.iter().map(text).collect::<Vec<_>>().join(", ")
        }
        nothing if is_nothing(nothing) => "none".into(),
        other => other.to_string(),
    }
}
