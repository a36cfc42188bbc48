//! Sessions in the database, for actix-session. They are read on every request, so a sign-out or a lost account
//! counts at once, on every node.

use std::collections::HashMap;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use actix_web::{HttpRequest, web};
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::half_signed_in::Half;
use super::session::{Who, broken, unknown};
use super::session_facts::{self, SessionFacts};
use super::state::{Site, State};
use crate::db::rows::unreadable;
use crate::db::sessions::{self, Session};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::domain::{Error, random};

type Values = HashMap<String, String>;

/// Seconds after which a session's last use is written again: a write per click would serve nobody.
const SEEN_EVERY: i64 = 60;
/// Sessions of one person at the same time. With one more, the one that began first ends.
const MOST_SESSIONS: i64 = 20;

/// The store.
#[derive(Clone)]
pub struct Store(pub web::Data<State>);

const COOKIE: &str = "keystead";

/// True when a browser sends the cookie of a session, also of one that ended.
pub fn has_cookie(request: &HttpRequest) -> bool {
    State::of(request).is_ok_and(|state| request.cookie(&state.site.cookie_name(COOKIE)).is_some())
}

/// Sessions, with a cookie that `cookie_key` signs. They wrap the pages alone: the API and the assets never touch them.
pub fn cookies(state: &web::Data<State>, cookie_key: &Key) -> SessionMiddleware<Store> {
    SessionMiddleware::builder(Store(state.clone()), cookie_key.clone())
        .cookie_name(state.site.cookie_name(COOKIE))
        .cookie_secure(!state.site.insecure_cookie)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

fn digest(key: &str) -> String {
    random::hex(&Sha256::digest(key.as_bytes()))
}

/// A stored state, with somebody in it who can be read.
fn read(state: &str) -> Result<Values, String> {
    let values: Values = serde_json::from_str(state).map_err(|cause| cause.to_string())?;
    person(&values)?;
    Ok(values)
}

/// The state without the facts, and these.
fn without_facts(mut values: Values) -> Result<(Values, Option<SessionFacts>), Error> {
    let facts = values.remove(session_facts::KEY);
    let facts = facts.map(|text| serde_json::from_str(&text)).transpose();
    Ok((values, facts.map_err(Error::internal)?))
}

/// The state of a session with its facts.
fn with_facts(session: &Session, now: Timestamp) -> Result<Values, String> {
    let mut values = read(&session.state)?;
    let facts = serde_json::to_string(&SessionFacts::stored(session, now));
    let facts = facts.map_err(|cause| cause.to_string())?;
    values.insert(session_facts::KEY.into(), facts);
    Ok(values)
}

/// Whose session it is, also while they still have to give a code: it ends with all of theirs.
fn person(values: &Values) -> Result<Option<UserId>, String> {
    let who = Who::stored(values)?;
    Ok(who.or(Half::stored(values)?))
}

/// True when a session is past one of its lifetimes.
fn is_over(site: &Site, session: &Session, now: Timestamp) -> bool {
    now - session.created_at >= TimeDelta::hours(site.session_hours)
        || now - session.seen_at >= TimeDelta::minutes(site.session_idle_minutes)
}

/// True for a session in which somebody is signed in now, and does not only have to give a code yet.
pub fn is_open(site: &Site, session: &Session, now: Timestamp) -> bool {
    let values = read(&session.state);
    let is_in = values.is_ok_and(|values| Who::stored(&values).is_ok_and(|who| who.is_some()));
    is_in && !is_over(site, session, now)
}

impl Store {
    async fn find(&self, key: &SessionKey) -> Result<Option<Values>, Error> {
        let now = self.0.now();
        let site = &self.0.site;
        let digest = digest(key.as_ref());
        let wanted = digest.clone();
        let Some(session) = self
            .0
            .read(move |conn| sessions::find(conn, &wanted))
            .await?
        else {
            return Ok(None);
        };
        if is_over(site, &session, now) {
            self.0
                .note(move |conn| sessions::delete(conn, &digest))
                .await?;
            return Ok(None);
        }
        if (now - session.seen_at).num_seconds() >= SEEN_EVERY.min(site.session_idle_minutes * 15) {
            self.0
                .note(move |conn| sessions::set_seen(conn, &digest, now))
                .await?;
        }
        Ok(Some(with_facts(&session, now).unwrap_or_else(|why| {
            let why = unreadable("sessions", "state", session.key_digest, &why);
            Values::from([broken(&why)])
        })))
    }

    async fn insert(&self, values: Values) -> Result<SessionKey, Error> {
        let key = random::token()?;
        let now = self.0.now();
        let (values, facts) = without_facts(values)?;
        let facts = facts.unwrap_or_else(|| SessionFacts::of_nobody(now));
        let session = Session {
            key_digest: digest(&key),
            user_id: person(&values).map_err(Error::Internal)?,
            state: serde_json::to_string(&values).map_err(Error::internal)?,
            created_at: facts.began_at(),
            seen_at: now,
            proven_at: facts.proven_at(),
            address: facts.address,
            program: facts.program,
        };
        self.0
            .note(move |conn| {
                let user = session.user_id;
                sessions::insert(conn, session)?;
                user.map_or(Ok(()), |user| {
                    sessions::delete_oldest_of_user(conn, user, MOST_SESSIONS)
                })
            })
            .await?;
        SessionKey::try_from(key).map_err(Error::internal)
    }

    async fn replace(&self, key: &SessionKey, values: Values) -> Result<bool, Error> {
        let digest = digest(key.as_ref());
        // Facts have columns of their own, which only what knows them better writes.
        let (values, _) = without_facts(values)?;
        let user = person(&values).map_err(Error::Internal)?;
        let state = serde_json::to_string(&values).map_err(Error::internal)?;
        self.0
            .note(move |conn| sessions::set_state(conn, &digest, &state, user))
            .await
    }
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<Values>, LoadError> {
        // An error here would pass by every page of ours; a session that says why it is unknown does not.
        let found = self.find(key).await;
        Ok(found.unwrap_or_else(|error| Some(Values::from([unknown(&error)]))))
    }

    async fn save(&self, values: Values, _: &Duration) -> Result<SessionKey, SaveError> {
        self.insert(values)
            .await
            .map_err(|error| SaveError::Other(error.into()))
    }

    /// A session that ended meanwhile stays ended: its key is given back, and finds nothing.
    async fn update(
        &self,
        key: SessionKey,
        values: Values,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.replace(&key, values)
            .await
            .map(|_| key)
            .map_err(|error| UpdateError::Other(error.into()))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let digest = digest(key.as_ref());
        self.0
            .note(move |conn| sessions::delete(conn, &digest))
            .await
            .map_err(Into::into)
    }
}
