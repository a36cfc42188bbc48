//! The values of a credential: checked as somebody pasted them, and on the way to and from their sealed form.

use std::collections::BTreeMap;

use serde::Serializer as _;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::super::validate::{self, FieldErrors};
use super::super::{Error, Result};
use super::entry::{Entry, Field, Kind};

/// Most bytes of one value, whatever the catalogue says.
pub const MOST_BYTES: usize = 8_192;
/// Fewest characters of a secret whose last four may be shown.
const LEAST_FOR_LAST4: usize = 12;

/// The value of each field. It never prints, and its memory is overwritten.
pub struct Fields(Vec<(String, Zeroizing<String>)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Entry {
    /// Checks what was given for each field, by name, and reports all errors at once.
    ///
    /// # Errors
    /// `Invalid` with a message at the name of each field; `BadRequest` when there is nothing to paste.
    pub fn check(&self, given: &BTreeMap<&str, &str>) -> Result<Fields> {
        if self.kind == Kind::OAuth {
            return Err(Error::BadRequest(format!(
                "{} is connected by signing in there; it has no secret to keep.",
                self.name
            )));
        }
        let mut errors = FieldErrors::default();
        let mut values = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let value = given.get(field.name.as_str()).copied().unwrap_or_default();
            let checked = self.check_field(field, value.trim());
            let value = errors.take(&field.name, checked.map(Zeroizing::new));
            values.push((field.name.clone(), value));
        }
        for name in given.keys().filter(|name| self.field(name).is_none()) {
            errors.add(name, format!("{} has no field of this name.", self.name));
        }
        errors.into_result().map(|()| Fields(values))
    }

    /// The secrets among values as they were given, but for short ones, which may be in any text.
    pub fn secrets_in<'a>(&self, given: &BTreeMap<&str, &'a str>) -> impl Iterator<Item = &'a str> {
        let secrets = self.fields.iter().filter(|field| field.secret);
        secrets
            .filter_map(|field| given.get(field.name.as_str()).map(|value| value.trim()))
            .filter(|value| value.len() >= LEAST_FOR_LAST4)
    }

    fn check_field(&self, field: &Field, value: &str) -> std::result::Result<String, String> {
        let what = format!("{} of {}", in_sentence(&field.label), self.name);
        let length = value.chars().count();
        if value.is_empty() {
            return Err(format!("Enter the {what}."));
        }
        if !validate::is_plain(value) {
            return Err("Remove line breaks and invisible characters.".into());
        }
        if value.len() > MOST_BYTES {
            return Err(format!(
                "Use at most 8,192 bytes; this has {}.",
                value.len()
            ));
        }
        if !field.prefixes.is_empty()
            && !field.prefixes.iter().any(|start| value.starts_with(start))
        {
            return Err(format!(
                "The {what} begins with {}.",
                any_of(&field.prefixes)
            ));
        }
        let (least, most) = (field.min_length, field.max_length);
        if (least..=most).contains(&length) {
            return Ok(value.to_owned());
        }
        let wanted = if least == most {
            least.to_string()
        } else if length < least {
            format!("at least {least}")
        } else {
            format!("at most {most}")
        };
        Err(format!(
            "The {what} has {wanted} characters; this has {length}."
        ))
    }
}

/// "Auth token" is "auth token" inside a sentence, "API key" stays.
fn in_sentence(label: &str) -> String {
    let mut rest = label.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => label.to_owned(),
    }
}

/// "a", "a or b", "a, b or c".
fn any_of(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

impl Fields {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The last four characters of the first secret field; empty when it is so short that they would tell much of it.
    pub fn last4(&self, entry: &Entry) -> String {
        let secret = entry.fields.iter().find(|field| field.secret);
        let value = secret.and_then(|field| self.get(&field.name));
        let value = value.unwrap_or_default();
        match value.chars().count() {
            length @ LEAST_FOR_LAST4.. => value.chars().skip(length - 4).collect(),
            _ => String::new(),
        }
    }

    /// All of them as one JSON object, to be sealed.
    ///
    /// # Errors
    /// `Internal`, which values that were checked never cause.
    pub fn to_json(&self) -> Result<Zeroizing<String>> {
        // A buffer that grows would leave copies behind, and JSON at most doubles text without control characters.
        let room = |(name, value): &(String, Zeroizing<String>)| name.len() + 2 * value.len() + 6;
        let room = self.0.iter().map(room).sum::<usize>() + 2;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        let pairs = self.0.iter().map(|(name, value)| (name, value.as_str()));
        serde_json::Serializer::new(&mut *json)
            .collect_map(pairs)
            .map_err(|_| unreadable())?;
        String::from_utf8(std::mem::take(&mut *json))
            .map(Zeroizing::new)
            .map_err(|_| unreadable())
    }

    /// The opposite of [`Fields::to_json`], whatever the catalogue says by now.
    ///
    /// # Errors
    /// `Internal` when the text is no such object; the error says nothing of it.
    pub fn from_json(json: &str) -> Result<Self> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let fields = reader.deserialize_map(Pairs).map_err(|_| unreadable())?;
        reader.end().map_err(|_| unreadable())?;
        Ok(Self(fields))
    }
}

fn unreadable() -> Error {
    Error::internal("the fields of a credential could not be read")
}

/// Takes each value into memory that is overwritten.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, Zeroizing<String>)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<M: MapAccess<'de>>(
        self,
        mut map: M,
    ) -> std::result::Result<Self::Value, M::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            pairs.push((name, Zeroizing::new(value)));
        }
        Ok(pairs)
    }
}
