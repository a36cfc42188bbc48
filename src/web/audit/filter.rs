//! Which rows: the filter of the audit log and of its exports, as it stands in the URL.

use serde::Deserialize;
use serde_json::Value;

use crate::db::audit_lists::Filter;
use crate::domain::audit_words::WORDS;
use crate::domain::validate::FieldErrors;
use crate::web::log_filter::{self, Pairs, instant};

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
    /// Start, as `2026-11-20T12:00` in the zone of whoever reads the page.
    pub from: String,
    /// End, written in the same way; the instant itself is outside.
    pub to: String,
}

impl AuditFilter {
    /// Those fields that restrict something, with their names.
    pub fn pairs(&self) -> Pairs<'_> {
        log_filter::restricting(&[
            ("actor", &self.actor),
            ("action", &self.action),
            ("object", &self.object),
            ("from", &self.from),
            ("to", &self.to),
        ])
    }

    /// True when everything fits.
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }

    /// An address with this filter and more in its query.
    pub fn url(&self, path: &str, more: &[(&'static str, &str)]) -> String {
        log_filter::url(path, [self.pairs(), more.to_vec()].concat())
    }

    /// For the audit log.
    pub fn detail(&self) -> Value {
        log_filter::detail(self.pairs())
    }

    /// Trims each field. A key that somebody pasted is taken out, so that no page shows it.
    ///
    /// # Errors
    /// A message at each field that held a key.
    pub fn clean(mut self) -> (Self, FieldErrors) {
        let errors = log_filter::clean([
            ("actor", &mut self.actor),
            ("action", &mut self.action),
            ("object", &mut self.object),
            ("from", &mut self.from),
            ("to", &mut self.to),
        ]);
        (self, errors)
    }

    /// The filter for the database; messages go to `errors`.
    pub fn check(&self, errors: &mut FieldErrors) -> Filter {
        let (from, to) = log_filter::span(&self.from, &self.to, instant, errors);
        Filter {
            action: errors.take("action", action(&self.action)),
            actor: errors.take("actor", text(&self.actor)),
            object: errors.take("object", text(&self.object)),
            from,
            to,
            before: None,
            since: None,
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
