//! What the filters of the logs share: how they stand in addresses and in the audit log, and how instants are read.

use std::str::FromStr;

use chrono::NaiveDateTime;
use serde_json::{Map, Value, json};

use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::zone::Zone;
use crate::domain::{Error, Result, key_text};
use crate::web::viewer_zone;

/// Said where a key was pasted into a field that ends up in the URL.
pub const KEY_IN_URL: &str = "This was an API key. It has been in the URL now, and URLs end up in logs: treat the key \
                              as leaked and revoke it.";

/// Fields of a filter with their names.
pub type Pairs<'a> = Vec<(&'static str, &'a str)>;

/// Those fields that restrict something.
pub fn restricting<'a>(fields: &[(&'static str, &'a str)]) -> Pairs<'a> {
    let restricts = |(_, value): &&(&'static str, &'a str)| !value.is_empty();
    fields.iter().filter(restricts).copied().collect()
}

/// An address with these in its query.
pub fn url(path: &str, pairs: Pairs<'_>) -> String {
    match serde_urlencoded::to_string(pairs).unwrap_or_default() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// For the audit log. Times are as typed, with the zone in which they were, unless that is UTC.
pub fn detail(mut pairs: Pairs<'_>) -> Value {
    let zone = viewer_zone::current();
    let has_times = pairs.iter().any(|(name, _)| ["from", "to"].contains(name));
    if has_times && zone != Zone::UTC {
        pairs.push(("time_zone", zone.name()));
    }
    let members = pairs.into_iter();
    let members = members.map(|(name, value)| (name.to_owned(), json!(value)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Trims each field. A key that somebody pasted is taken out, so that no page shows it; gives a message at each field
/// that held one.
pub fn clean<const N: usize>(fields: [(&'static str, &mut String); N]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (name, value) in fields {
        *value = value.trim().to_owned();
        if key_text::appears_in(value) {
            value.clear();
            errors.add(name, KEY_IN_URL);
        }
    }
    errors
}

/// Start and end as typed, each read by `read`; messages go to `errors`.
pub fn span<T: Ord + Copy>(
    from: &str,
    to: &str,
    read: impl Fn(&str) -> std::result::Result<Option<T>, String>,
    errors: &mut FieldErrors,
) -> (Option<T>, Option<T>) {
    let (from, to) = (errors.take("from", read(from)), errors.take("to", read(to)));
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        errors.add("to", "Choose an end that is after the start.");
    }
    (from, to)
}

/// Reads an instant as the browser's field for date and time writes it, in the zone of whoever reads the page, or in UTC
/// with a `Z` behind it; none of an empty text.
///
/// # Errors
/// A message for the field.
pub fn instant(text: &str) -> std::result::Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let zone = viewer_zone::current();
    let (text, typed_in) = match text.strip_suffix('Z') {
        Some(text) => (text, Zone::UTC),
        None => (text, zone),
    };
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .filter(|at| (1_970..=9_999).contains(&chrono::Datelike::year(at)))
        .map(|at| typed_in.instant(at))
        .map(Some)
        .ok_or_else(|| format!("Enter a date and a time in {zone}, such as 2026-11-20T12:00."))
}

/// Reads the mark of a page; empty for none.
///
/// # Errors
/// `BadRequest` for what was not made by us.
pub fn mark<T: FromStr>(text: &str) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Error::BadRequest(
            "This page mark was not made by Keystead; start at the first page.".into(),
        )
    })
}
