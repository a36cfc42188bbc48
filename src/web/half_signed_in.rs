//! Somebody who gave the right password, and still has to give the code of their second factor. To every page but the one
//! that asks for it they are a stranger.

use std::collections::HashMap;

use actix_session::Session;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::session::must_be_known;
use crate::domain::id::{TenantId, UserId};
use crate::domain::time::{Timestamp, from_micros};
use crate::domain::{Error, Result};

const KEY: &str = "half";

/// Minutes that there are for the code.
const MINUTES: i64 = 5;

/// What their session holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Half {
    /// Whose password it was.
    pub user: UserId,
    /// Where they will work; support staff works in no tenant.
    pub tenant: Option<TenantId>,
    /// The page that they came for.
    pub next: String,
    since: i64,
}

impl Half {
    /// The person of a stored session, if somebody is half signed in.
    ///
    /// # Errors
    /// What is wrong with the stored text.
    pub fn stored(values: &HashMap<String, String>) -> std::result::Result<Option<UserId>, String> {
        let half = values
            .get(KEY)
            .map(|text| serde_json::from_str::<Self>(text));
        let half = half.transpose().map_err(|cause| cause.to_string())?;
        Ok(half.map(|half| half.user))
    }

    /// Begins a session under a new key, in which nobody is signed in yet.
    ///
    /// # Errors
    /// `Internal` when the state can't be written.
    pub fn start(
        session: &Session,
        (user, tenant): (UserId, Option<TenantId>),
        next: &str,
        now: Timestamp,
    ) -> Result<()> {
        session.renew();
        session.clear();
        let half = Self {
            user,
            tenant,
            next: next.to_owned(),
            since: now.timestamp_micros(),
        };
        session.insert(KEY, half).map_err(Error::internal)
    }

    /// Who is half signed in, while there is time for the code.
    ///
    /// # Errors
    /// `Unavailable` and `Internal` when the session can't be read.
    pub fn read(session: &Session, now: Timestamp) -> Result<Option<Self>> {
        must_be_known(session)?;
        let half: Option<Self> = session.get(KEY).map_err(Error::internal)?;
        Ok(half.filter(|half| {
            let passed = now - from_micros(half.since);
            passed < TimeDelta::minutes(MINUTES)
        }))
    }
}
