//! Which requests: the filter of the request log and of its exports, as it stands in the URL.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::Value;

use crate::db::request_records::Filter;
use crate::domain::id::KeyId;
use crate::domain::request_id::RequestId;
use crate::domain::validate::FieldErrors;
use crate::domain::verdict::Code;
use crate::web::log_filter::{self, Pairs, instant};

/// The methods that one can choose.
pub const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Longest path that is kept, in bytes.
const PATH: usize = 512;

/// The filter as typed. Empty fields restrict nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RequestFilter {
    /// Id of a key, or what of its name or ends somebody typed.
    pub key: String,
    /// `accepted`, `refused` or a code.
    pub verdict: String,
    /// One of [`METHODS`].
    pub method: String,
    /// How the path starts.
    pub path: String,
    /// Address of the caller.
    pub address: String,
    /// Start, as `2026-11-20T12:00` in the zone of whoever reads the page.
    pub from: String,
    /// End, written in the same way; the instant itself is outside.
    pub to: String,
}

impl RequestFilter {
    /// Fields with their names, in the order of the form.
    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("key", &self.key),
            ("verdict", &self.verdict),
            ("method", &self.method),
            ("path", &self.path),
            ("address", &self.address),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Those that restrict something.
    pub fn pairs(&self) -> Pairs<'_> {
        log_filter::restricting(&self.fields())
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
            ("key", &mut self.key),
            ("verdict", &mut self.verdict),
            ("method", &mut self.method),
            ("path", &mut self.path),
            ("address", &mut self.address),
            ("from", &mut self.from),
            ("to", &mut self.to),
        ]);
        (self, errors)
    }

    /// The filter for the database; messages go to `errors`.
    pub fn check(&self, errors: &mut FieldErrors) -> Filter {
        let (from, to) = log_filter::span(&self.from, &self.to, request_at, errors);
        Filter {
            key: errors.take("key", key(&self.key)),
            code: errors.take("verdict", verdict(&self.verdict)),
            method: errors.take("method", method(&self.method)),
            path: errors.take("path", path(&self.path)),
            address: errors.take("address", address(&self.address)),
            from,
            before: to,
            after: None,
        }
    }
}

/// Said of a key that the tenant does not have.
pub const CHOOSE_KEY: &str =
    "No key matches. Type a part of its name, or its last four characters.";
/// Said of a text that several keys have.
pub const SEVERAL_KEYS: &str = "Several keys match. Choose one that is offered, or type more of its name or its last four \
                                characters.";

fn key(text: &str) -> Result<Option<KeyId>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| CHOOSE_KEY.into())
}

fn verdict(text: &str) -> Result<String, String> {
    match text {
        "" | "refused" => Ok(text.to_owned()),
        "accepted" => Ok(Code::Valid.as_str().to_owned()),
        code => Code::parse(code)
            .filter(|code| code.is_of_key())
            .map(|code| code.as_str().to_owned())
            .ok_or_else(|| "Choose a verdict from the list.".into()),
    }
}

fn method(text: &str) -> Result<String, String> {
    if text.is_empty() || METHODS.contains(&text) {
        return Ok(text.to_owned());
    }
    Err("Choose a method from the list.".into())
}

fn path(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    if !text.starts_with('/') {
        return Err("Start with /, such as /api/orders.".into());
    }
    if text.contains(['?', '#']) {
        return Err("Leave out the query: the log keeps paths without it.".into());
    }
    if text.len() > PATH {
        return Err(format!("Use at most {PATH} bytes."));
    }
    Ok(text.to_owned())
}

fn address(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    text.parse::<IpAddr>()
        .map(|address| address.to_canonical().to_string())
        .map_err(|_| "Enter one IPv4 or IPv6 address, such as 203.0.113.7.".into())
}

fn request_at(text: &str) -> Result<Option<RequestId>, String> {
    instant(text).map(|at| at.map(RequestId::first_at))
}
