//! The answer to a verifier as JSON, as [`views::Verdict`] describes it.
//!
//! Written by hand: next to nothing in it needs escaping, and looking for that at every letter costs more than the
//! decision itself.

use super::views;
use crate::domain::key::expiry_warning;
use crate::domain::request_id::RequestId;
use crate::domain::time::{Timestamp, rfc3339};
use crate::domain::verdict::Code;
use crate::domain::{Error, Result};
use crate::verify::{Entry, Grants, Verdict};

/// Bytes that nearly every answer needs, with some to spare.
pub const USUAL_LENGTH: usize = 768;

/// Appends a verdict. `id` is the request that it will be found by.
///
/// # Errors
/// `Internal`, which no verdict is known to cause.
pub fn write(json: &mut Vec<u8>, verdict: &Verdict, now: Timestamp, id: RequestId) -> Result<()> {
    let is_valid = verdict.code == Code::Valid;
    let start: &[u8] = if is_valid {
        b"{\"valid\":true"
    } else {
        b"{\"valid\":false"
    };
    json.extend_from_slice(start);
    plain(json, "code", verdict.code.as_str().as_bytes());
    if let Some((entry, grants)) = verdict.key() {
        write_key(json, entry, grants)?;
        let warning = expiry_warning(entry.expires_at(), now).filter(|_| is_valid);
        if let Some(warning) = warning {
            value(json, "warning", &warning)?;
        }
    }
    if let Some(left) = verdict.allowance {
        value(json, "rate_limit", &views::RateLimitState::from(left))?;
        if let Some(seconds) = left.retry_after {
            value(json, "retry_after", &seconds)?;
        }
    }
    plain(json, "request_id", id.digits().as_bytes());
    json.push(b'}');
    Ok(())
}

fn write_key(json: &mut Vec<u8>, entry: &Entry, grants: &Grants) -> Result<()> {
    plain(json, "key_id", entry.key_id.text().as_bytes());
    plain(json, "tenant_id", entry.tenant_id().text().as_bytes());
    if let Some(project) = entry.group.project_id {
        plain(json, "project_id", project.text().as_bytes());
    }
    words(json, "name", &entry.name)?;
    plain(json, "environment", entry.environment.as_str().as_bytes());
    words(json, "authorization_group", &grants.name)?;
    member(json, "scopes");
    json.push(b'[');
    for (place, scope) in grants.scopes.list().iter().enumerate() {
        json.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
        json.extend_from_slice(scope.as_bytes());
        json.push(b'"');
    }
    json.push(b']');
    match entry.expires_at() {
        Some(end) => plain(json, "expires_at", rfc3339(end).as_bytes()),
        None => json.extend_from_slice(b",\"expires_at\":null"),
    }
    Ok(())
}

fn member(json: &mut Vec<u8>, name: &str) {
    json.extend_from_slice(b",\"");
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

/// A text of our own making: ids, codes, scopes and instants have no sign that JSON escapes.
fn plain(json: &mut Vec<u8>, name: &str, text: &[u8]) {
    member(json, name);
    json.push(b'"');
    json.extend_from_slice(text);
    json.push(b'"');
}

/// Words that people wrote: hardly any has a sign that JSON escapes, which is found out faster than by writing it.
fn words(json: &mut Vec<u8>, name: &str, text: &str) -> Result<()> {
    let is_safe = |byte: u8| !matches!(byte, ..b' ' | b'"' | b'\\');
    if text.bytes().fold(true, |all, byte| all & is_safe(byte)) {
        plain(json, name, text.as_bytes());
        return Ok(());
    }
    value(json, name, text)
}

fn value<T: serde::Serialize + ?Sized>(json: &mut Vec<u8>, name: &str, value: &T) -> Result<()> {
    member(json, name);
    serde_json::to_writer(json, value).map_err(Error::internal)
}
