//! A request for a higher limit and what was written about it, as both sides read it.

use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::limits::Outcome;
use crate::domain::time::Timestamp;
use crate::web::numbers::grouped;
use crate::web::shell::Moment;

/// A message.
#[derive(Debug, Clone)]
pub struct MessageView {
    /// "alice@acme.test", or "Sam Stone, support".
    pub by: String,
    /// What they wrote.
    pub words: String,
    /// When.
    pub at: Moment,
}

/// The newest request of a tenant.
#[derive(Debug, Clone)]
pub struct LimitThread {
    /// The limit that is wanted.
    pub wanted: String,
    /// How the style sheet calls the state.
    pub tone: &'static str,
    /// The state in words.
    pub state: &'static str,
    /// Nothing is decided yet.
    pub open: bool,
    /// Support asked something.
    pub awaits_tenant: bool,
    /// The reason for the request, and what was written since.
    pub messages: Vec<MessageView>,
}

impl LimitThread {
    /// The newest request of the tenant, open or not.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn find(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Option<Self>> {
        let Some(last) = db::limit_requests::find_last(conn, tenant)? else {
            return Ok(None);
        };
        let mut messages = vec![MessageView {
            by: last.asked_by.clone(),
            words: last.reason.clone(),
            at: Moment::past(last.asked_at, now),
        }];
        let written = db::limit_messages::list(conn, last.id)?;
        messages.extend(written.into_iter().map(|message| MessageView {
            by: if message.by_support {
                format!("{}, support", message.author)
            } else {
                message.author
            },
            words: message.words,
            at: Moment::past(message.written_at, now),
        }));
        let (tone, state) = state_of(&last);
        Ok(Some(Self {
            wanted: grouped(last.wanted),
            tone,
            state,
            open: last.closed_at.is_none(),
            awaits_tenant: last.closed_at.is_none() && last.awaits_tenant,
            messages,
        }))
    }
}

/// The look of the state of a request, and its words.
fn state_of(request: &LimitRequest) -> (&'static str, &'static str) {
    match request.outcome {
        Some(Outcome::Granted) => ("active", "Granted"),
        Some(Outcome::Declined) => ("revoked", "Declined"),
        Some(Outcome::Withdrawn) => ("disabled", "Withdrawn"),
        None => open_state(request.awaits_tenant),
    }
}

/// As `state_of`, of an open request.
pub fn open_state(awaits_tenant: bool) -> (&'static str, &'static str) {
    if awaits_tenant {
        ("expired", "Waiting for the tenant")
    } else {
        ("active", "Open")
    }
}
