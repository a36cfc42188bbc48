//! What happened to a key lately: who did what, and when.

use std::collections::BTreeMap;

use serde_json::Value;

use super::changes;
use crate::db::audit::AuditEvent;
use crate::db::change_confirmations::Confirmation;
use crate::domain::id::AuditId;
use crate::web::proof;
use crate::web::shell::Moment;
use crate::web::viewer_zone;

/// Events that are shown.
pub const SHOWN: i64 = 10;

/// One event as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// "Rotated".
    pub what: String,
    /// "old secret …9fQ2, grace 24 h"; may be empty.
    pub detail: String,
    /// E-mail address or name.
    pub who: String,
    /// When.
    pub at: Moment,
    /// "12:00:03", for those who look closer.
    pub clock: String,
    /// How it was confirmed that the change reached every server.
    pub confirmed: Option<String>,
}

impl HistoryLine {
    /// The line of an event.
    pub fn new(event: AuditEvent, confirmed: Option<&Confirmation>) -> Self {
        let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
        let at = event.at;
        Self {
            what: what(&event.action),
            detail: particulars(&event.action, &detail),
            who: event.actor_name,
            at: Moment::day(at),
            clock: viewer_zone::current().format(at, "%H:%M"),
            confirmed: confirmed.map(proof::servers),
        }
    }
}

/// The lines of these events, with what is known of their confirmations.
pub fn lines(
    events: Vec<AuditEvent>,
    confirmed: &BTreeMap<AuditId, Confirmation>,
) -> Vec<HistoryLine> {
    let line = |event: AuditEvent| {
        let confirmed = confirmed.get(&event.id);
        HistoryLine::new(event, confirmed)
    };
    events.into_iter().map(line).collect()
}

fn what(action: &str) -> String {
    match action {
        "key.created" => "Generated",
        "key.updated" => "Changed",
        "key.disabled" => "Disabled",
        "key.contained" => "Switched off: reported as leaked",
        "key.looked_up" => "Looked up by support",
        "request.explained" => "Request explained by support",
        "key.enabled" => "Enabled",
        "key.rotated" => "Rotated",
        "key.rotation_extended" => "Rotation extended",
        "key.rotation_ended" => "Old secret ended",
        "key.rotation_cancelled" => "Rotation cancelled",
        "key.revoked" => "Revoked",
        "key.sealed" => "Secret kept sealed",
        "key.secret_revealed" => "Secret shown again",
        "key.secret_refused" => "Secret not shown: wrong password",
        "key.secret_damaged" => "Sealed secret found damaged",
        other => other.trim_start_matches("key."),
    }
    .to_owned()
}

fn particulars(action: &str, detail: &Value) -> String {
    let text = |member: &str| detail[member].as_str().unwrap_or_default();
    let reason = match text("reason") {
        "" => String::new(),
        reason => format!("; {reason}"),
    };
    match action {
        "key.rotated" if text("grace") == "none" => {
            let (old, new) = (text("old"), text("new"));
            format!("…{old} ended at once, now …{new}{reason}")
        }
        "key.rotated" | "key.rotation_extended" => {
            let (old, grace, new) = (text("old"), text("grace"), text("new"));
            format!("…{old} works on ({grace}), now …{new}{reason}")
        }
        "key.rotation_ended" => format!("…{}", text("old")),
        "key.rotation_cancelled" => {
            format!("back to …{}, …{} ended", text("back_to"), text("given_up"))
        }
        "key.revoked" => text("reason").to_owned(),
        "key.updated" => changes::in_words(detail),
        _ => String::new(),
    }
}
