//! Which rows: the filter of the audit log and of its exports, as it stands in the URL.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::db::audit_lists::Filter;
use crate::domain::audit_words::WORDS;
use crate::domain::key_text;
use crate::domain::validate::FieldErrors;
use crate::web::admin::key_picker::KEY_IN_URL;
use crate::web::admin::requests::filter::instant;

/// Longest text that is looked for, in bytes.
const LONGEST: usize = 200;

/// The filter as typed. Empty fields restrict nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// Id of who acted, or a part of the name.
    pub actor: String,
    /// The word of an action.
    pub action: String,
    /// Id of what it is about, or a part of the name.
    pub object: String,
    /// Start, as `2026-11-20T12:00` in UTC.
    pub from: String,
    /// End, written in the same way; the instant itself is outside.
    pub to: String,
}

impl AuditFilter {
    /// Those fields that restrict something, with their names.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs: Vec<(&'static str, &str)> = vec![
            ("actor", &self.actor),
            ("action", &self.action),
            ("object", &self.object),
            ("from", &self.from),
            ("to", &self.to),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// True when everything fits.
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }

    /// An address with this filter and more in its query.
    pub fn url(&self, path: &str, more: &[(&'static str, &str)]) -> String {
        let pairs = [self.pairs(), more.to_vec()].concat();
        match serde_urlencoded::to_string(pairs).unwrap_or_default() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// For the audit log.
    pub fn detail(&self) -> Value {
        let pairs = self.pairs().into_iter();
        pairs
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// Trims each field. A key that somebody pasted is taken out, so that no page shows it.
    ///
    /// # Errors
    /// A message at each field that held a key.
    pub fn clean(mut self) -> (Self, FieldErrors) {
        let mut errors = FieldErrors::default();
        for (name, value) in [
            ("actor", &mut self.actor),
            ("action", &mut self.action),
            ("object", &mut self.object),
            ("from", &mut self.from),
            ("to", &mut self.to),
        ] {
            *value = value.trim().to_owned();
            if key_text::appears_in(value) {
                value.clear();
                errors.add(name, KEY_IN_URL);
            }
        }
        (self, errors)
    }

    /// The filter for the database; messages go to `errors`.
    pub fn check(&self, errors: &mut FieldErrors) -> Filter {
        let (from, to) = (
            errors.take("from", instant(&self.from)),
            errors.take("to", instant(&self.to)),
        );
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            errors.add("to", "Choose an end that is after the start.");
        }
        Filter {
            action: errors.take("action", action(&self.action)),
            actor: errors.take("actor", text(&self.actor)),
            object: errors.take("object", text(&self.object)),
            from,
            to,
            before: None,
        }
    }
}

fn action(text: &str) -> Result<String, String> {
    if text.is_empty() || WORDS.iter().any(|(word, _)| *word == text) {
        return Ok(text.to_owned());
    }
    Err("Choose an action from the list.".into())
}

fn text(text: &str) -> Result<String, String> {
    if text.len() > LONGEST {
        return Err(format!("Use at most {LONGEST} bytes."));
    }
    Ok(text.to_owned())
}
