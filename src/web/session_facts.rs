//! What is known of a session beside its state: how it began, and when its person last proved who they are. It is kept in
//! columns of its row; handlers find it in the session as one typed value.

use actix_session::Session;
use actix_web::HttpRequest;
use actix_web::http::header;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::client;
use super::state::Site;
use crate::db::sessions::Session as Row;
use crate::domain::role::OwnSession;
use crate::domain::time::{Timestamp, from_micros};
use crate::domain::{Error, Result};

/// Where the store puts it, and takes it from.
pub const KEY: &str = "facts";

/// Characters that are kept of a program's name for itself.
const LONGEST: usize = 200;

/// The facts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionFacts {
    /// Digest of the session's key, once it is stored.
    row: Option<String>,
    began: i64,
    seen: i64,
    proven: Option<i64>,
    /// From where the person signed in; empty when it is not known.
    pub address: String,
    /// With what program, as it calls itself.
    pub program: String,
}

impl SessionFacts {
    /// Of a person who signs in with this request.
    pub fn begun(request: &HttpRequest, now: Timestamp) -> Self {
        let program = request.headers().get(header::USER_AGENT);
        let program = program.map(|value| String::from_utf8_lossy(value.as_bytes()));
        Self {
            row: None,
            began: now.timestamp_micros(),
            seen: now.timestamp_micros(),
            proven: Some(now.timestamp_micros()),
            address: client::address(request)
                .map(|address| address.to_string())
                .unwrap_or_default(),
            program: cleaned(&program.unwrap_or_default()),
        }
    }

    /// Of a session in which nobody is signed in yet.
    pub fn of_nobody(now: Timestamp) -> Self {
        Self {
            row: None,
            began: now.timestamp_micros(),
            seen: now.timestamp_micros(),
            proven: None,
            address: String::new(),
            program: String::new(),
        }
    }

    /// Of a stored session that is used at this moment.
    pub fn stored(row: &Row, now: Timestamp) -> Self {
        Self {
            row: Some(row.key_digest.clone()),
            began: row.created_at.timestamp_micros(),
            seen: now.timestamp_micros(),
            proven: row.proven_at.map(|at| at.timestamp_micros()),
            address: row.address.clone(),
            program: row.program.clone(),
        }
    }

    /// Of the session of a request.
    ///
    /// # Errors
    /// `Unauthenticated` when there is none.
    pub fn of(session: &Session) -> Result<Self> {
        let facts = session.get(KEY).map_err(Error::internal)?;
        facts.ok_or(Error::Unauthenticated)
    }

    /// Digest of the session's key.
    ///
    /// # Errors
    /// `Unauthenticated` for a session that began with this request.
    pub fn row(&self) -> Result<&str> {
        self.row.as_deref().ok_or(Error::Unauthenticated)
    }

    /// The session as its person acts in it.
    ///
    /// # Errors
    /// As [`SessionFacts::row`].
    pub fn own(&self, site: &Site) -> Result<OwnSession> {
        let idle = TimeDelta::minutes(site.session_idle_minutes);
        let longest = TimeDelta::hours(site.session_hours);
        Ok(OwnSession {
            row: self.row()?.to_owned(),
            ends_at: (self.began_at() + longest).min(from_micros(self.seen) + idle),
        })
    }

    /// When the person signed in: a session that goes on under another key is still that one.
    pub fn began_at(&self) -> Timestamp {
        from_micros(self.began)
    }

    /// When the person last proved who they are.
    pub fn proven_at(&self) -> Option<Timestamp> {
        self.proven.map(from_micros)
    }

    /// Has the session of a request go on with a proof of this moment, also under another key.
    ///
    /// # Errors
    /// As [`SessionFacts::of`].
    pub fn note_proof(session: &Session, now: Timestamp) -> Result<()> {
        let mut facts = Self::of(session)?;
        facts.proven = Some(now.timestamp_micros());
        session.insert(KEY, facts).map_err(Error::internal)
    }
}

/// What a program says of itself, on one line.
fn cleaned(text: &str) -> String {
    let shown = text.chars().filter(|letter| !letter.is_control());
    shown.take(LONGEST).collect()
}
