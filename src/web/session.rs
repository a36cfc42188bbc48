//! What a session holds, as one typed value, so that no handler writes string keys.

use std::collections::HashMap;

use actix_session::Session;
use serde::{Deserialize, Serialize};

use super::session_facts::{self, SessionFacts};
use super::shell::Flash;
use crate::domain::id::{TenantId, UserId};
use crate::domain::{Error, Result, random};

const KEY: &str = "who";
const FLASH: &str = "flash";

/// Instead of a session that could not be read.
const UNKNOWN: &str = "unknown";
/// Instead of a session that makes no sense as it is stored.
const BROKEN: &str = "broken";

/// What a session holds when the database could not tell: whoever needs it answers 503, never "sign in".
pub fn unknown(cause: &Error) -> (String, String) {
    let text = serde_json::Value::from(cause.to_string()).to_string();
    (UNKNOWN.into(), text)
}

/// What a session holds when what is stored of it makes no sense: whoever needs it answers 500.
pub fn broken(why: &str) -> (String, String) {
    (BROKEN.into(), serde_json::Value::from(why).to_string())
}

/// Refuses a session of which nobody knows what it holds.
///
/// # Errors
/// `Unavailable` when the database could not tell, `Internal` when what is stored makes no sense.
pub fn must_be_known(session: &Session) -> Result<()> {
    if let Ok(Some(cause)) = session.get::<String>(UNKNOWN) {
        return Err(Error::Unavailable(format!("no session: {cause}")));
    }
    if let Ok(Some(cause)) = session.get::<String>(BROKEN) {
        return Err(Error::Internal(cause));
    }
    Ok(())
}

/// The state of a signed-in browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Who {
    user: UserId,
    /// Support staff works in no tenant.
    tenant: Option<TenantId>,
    csrf: String,
}

impl Who {
    /// The person of a stored session, if somebody is signed in.
    ///
    /// # Errors
    /// What is wrong with the stored text.
    pub fn stored(values: &HashMap<String, String>) -> std::result::Result<Option<UserId>, String> {
        let who = values
            .get(KEY)
            .map(|text| serde_json::from_str::<Self>(text));
        let who = who.transpose().map_err(|cause| cause.to_string())?;
        Ok(who.map(|who| who.user))
    }

    /// The signed-in person, the tenant they work in (none for support staff), and the token of their forms.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in.
    pub fn read(session: &Session) -> Result<(UserId, Option<TenantId>, String)> {
        must_be_known(session)?;
        let who: Option<Self> = session.get(KEY).map_err(Error::internal)?;
        let who = who.ok_or(Error::Unauthenticated)?;
        Ok((who.user, who.tenant, who.csrf))
    }

    /// Starts a session under a new key, so that one planted before signing in is worth nothing (ASVS 7.2.4). The facts
    /// are those of the session that it goes on from, if it does.
    ///
    /// # Errors
    /// `Unavailable` without randomness; `Internal` when the state can't be written.
    pub fn start(
        session: &Session,
        user: UserId,
        tenant: Option<TenantId>,
        facts: &SessionFacts,
    ) -> Result<()> {
        session.renew();
        session.clear();
        let who = Self {
            user,
            tenant,
            csrf: random::token()?,
        };
        session
            .insert(session_facts::KEY, facts)
            .and_then(|()| session.insert(KEY, who))
            .map_err(Error::internal)
    }
}

/// Keeps a message for the next page.
pub fn set_flash(session: &Session, text: &str) {
    set_flash_and_undo(session, text, None);
}

/// As [`set_flash`]; its button posts to `undo`.
pub fn set_flash_and_undo(session: &Session, text: &str, undo: Option<String>) {
    let flash = Flash {
        text: text.into(),
        undo,
    };
    if session.insert(FLASH, flash).is_err() {
        tracing::warn!("a message for the next page could not be kept");
    }
}

/// Takes the message kept for this page.
pub fn take_flash(session: &Session) -> Option<Flash> {
    session.get::<Flash>(FLASH).ok().flatten().inspect(|_| {
        session.remove(FLASH);
    })
}
