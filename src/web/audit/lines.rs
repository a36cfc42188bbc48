//! The lines of the audit log, as pages show them.

use std::collections::BTreeMap;

use super::details::Details;
use crate::db::audit::ChainedEvent;
use crate::db::confirmed_events::Logged;
use crate::domain::audit_words::words;
use crate::domain::id::TenantId;
use crate::web::proof;
use crate::web::shell::{Moment, day};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct AuditLine {
    pub seq: i64,
    pub at: Moment,
    /// Empty when the line above it has the same.
    pub day: String,
    pub who: String,
    pub kind: &'static str,
    /// The tenant it was done to, where the log is not that tenant's.
    pub tenant: Option<String>,
    /// What stands before the name of the object, and behind it.
    pub said: (String, String),
    pub object: Option<Object>,
    pub details: Details,
    pub address: String,
    pub request_id: String,
    /// How it was confirmed that the change reached every server.
    pub confirmed: Option<String>,
}

/// What a row is about, with the way to everything that happened to it, also when it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name at that time.
    pub name: String,
    /// The log of it alone.
    pub href: String,
}

impl AuditLine {
    /// True when there is something to unfold.
    pub fn has_more(&self) -> bool {
        !self.details.changes.is_empty()
            || !self.details.facts.is_empty()
            || !self.request_id.is_empty()
            || self.confirmed.is_some()
    }
}

/// The lines of a page of the log at `log`, with the tenants that have to be named.
pub fn lines(rows: Vec<Logged>, log: &str, tenants: &BTreeMap<TenantId, String>) -> Vec<AuditLine> {
    let mut day = String::new();
    rows.into_iter()
        .map(|row| {
            let tenant = row.row.event.tenant_id.and_then(|id| tenants.get(&id));
            let mut line = AuditLine {
                tenant: tenant.cloned(),
                ..line(row, log)
            };
            if line.day == day {
                line.day.clear();
            } else {
                day.clone_from(&line.day);
            }
            line
        })
        .collect()
}

fn line(Logged { row, confirmed }: Logged, log: &str) -> AuditLine {
    let ChainedEvent { event, seq, .. } = row;
    let said = words(&event.action);
    let (before, behind) = said.split_once("{}").unwrap_or((said, ""));
    let object = said.contains("{}").then(|| Object {
        href: href(log, &event.object_id),
        name: event.object_name,
    });
    AuditLine {
        seq,
        tenant: None,
        at: Moment::to_the_second(event.at),
        day: day(event.at),
        kind: kind(&event.actor_kind),
        who: event.actor_name,
        said: (before.to_owned(), behind.to_owned()),
        object,
        details: Details::read(&event.detail),
        address: event.address,
        request_id: event.request_id,
        confirmed: confirmed.as_ref().map(proof::servers),
    }
}

fn href(log: &str, object: &str) -> String {
    let query = serde_urlencoded::to_string([("object", object)]).unwrap_or_default();
    format!("{log}?{query}")
}

/// Who acts, in a word.
fn kind(word: &str) -> &'static str {
    match word {
        "person" => "Person",
        "key" => "API key",
        "support" => "Support",
        "operator" => "Operator",
        "system" => "Keystead itself",
        _ => "Unknown",
    }
}
