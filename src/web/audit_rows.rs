//! Rows of the audit log for programs: in the API and in copies of the log.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::audit::{AuditEvent, ChainedEvent};
use crate::db::change_confirmations::Confirmation;
use crate::db::confirmed_events::Logged;
use crate::domain::audit_words::words;
use crate::domain::time::rfc3339;

/// Something that happened in the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRow {
    /// Its number: 1, 2, 3 and so on within the tenant, without gaps.
    #[schema(minimum = 1, example = 42)]
    seq: i64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// `person`, `key`, `support` (staff of this installation), `operator` (at the shell) or `system` (Keystead itself).
    #[schema(example = "person")]
    actor_kind: String,
    /// Id of the person or key; empty for an operator and for Keystead itself.
    actor_id: String,
    /// E-mail address or name.
    #[schema(example = "alice@example.com")]
    actor_name: String,
    /// What was done, in a word. Later versions may write others.
    #[schema(example = "key.revoked")]
    action: String,
    /// The same in a sentence.
    #[schema(example = "Revoked key Production")]
    text: String,
    /// What it was done to, such as `api_key`.
    #[schema(example = "api_key")]
    object_kind: String,
    /// Its id.
    object_id: String,
    /// Its name at that time.
    object_name: String,
    /// Particulars, often with what was `before`, what is `after` and the `reason`; never a secret.
    #[schema(value_type = Object)]
    detail: Value,
    /// Address of the caller, if it is known.
    #[schema(example = "203.0.113.7")]
    address: Option<String>,
    /// The request in which it was done, if there was one.
    request_id: Option<String>,
    /// How it was confirmed that a change which stopped a key reached every server. `null` of other changes, where there is one server, and until the change is answered.
    confirmation: Option<Confirmed>,
}

/// How it was confirmed that a change reached every server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmed {
    /// Servers that had to apply it.
    #[schema(minimum = 0, example = 3)]
    servers: i64,
    /// Those of them that said that they have. The others had stopped answering.
    #[schema(minimum = 0, example = 3)]
    confirmed: i64,
    /// Milliseconds until then.
    #[schema(minimum = 0, example = 14)]
    waited_ms: i64,
}

impl From<Confirmation> for Confirmed {
    fn from(of: Confirmation) -> Self {
        Self {
            servers: of.nodes,
            confirmed: of.confirmed(),
            waited_ms: of.waited_ms,
        }
    }
}

impl From<Logged> for AuditRow {
    fn from(Logged { row, confirmed }: Logged) -> Self {
        let ChainedEvent { event, seq, .. } = row;
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            seq,
            at: rfc3339(event.at),
            text: sentence(&event),
            detail: serde_json::from_str(&event.detail).unwrap_or_default(),
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            actor_name: event.actor_name,
            action: event.action,
            object_kind: event.object_kind,
            object_id: event.object_id,
            object_name: event.object_name,
            address: known(event.address),
            request_id: known(event.request_id),
            confirmation: confirmed.map(Confirmed::from),
        }
    }
}

/// What a row tells: "Revoked key Production".
pub fn sentence(event: &AuditEvent) -> String {
    words(&event.action).replace("{}", &event.object_name)
}
