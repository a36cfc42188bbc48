//! Sessions of signed-in people. Rows are found by the SHA-256 of the session key, so the table alone lets nobody in.

use diesel::prelude::*;

use super::schema::sessions;
use super::types::{At, MaybeAt};
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;

/// A session as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// SHA-256 of the session key, hexadecimal.
    pub key_digest: String,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// What the web keeps in it, as JSON.
    pub state: String,
    /// When it began: the absolute lifetime counts from here.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// When it was last used: the idle lifetime counts from here.
    #[diesel(serialize_as = At)]
    pub seen_at: Timestamp,
    /// When its person last proved who they are, by the password or a code.
    #[diesel(serialize_as = MaybeAt)]
    pub proven_at: Option<Timestamp>,
    /// From where they signed in; empty when it is not known.
    pub address: String,
    /// With what program, as it calls itself.
    pub program: String,
}

/// Inserts a session.
pub fn insert(conn: &mut Conn, session: Session) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(conn)?;
    Ok(())
}

/// The session of a digest, if it is there.
pub fn find(conn: &mut Conn, key_digest: &str) -> Result<Option<Session>> {
    let query = sessions::table
        .find(key_digest)
        .select(Session::as_select());
    rows::first_if_any(conn, query)
}

/// True while the session of a digest is there. It then stays until the transaction ends.
pub fn hold(conn: &mut Conn, key_digest: &str) -> Result<bool> {
    dialect::hold_session(conn, key_digest)
}

/// Replaces the state; false when the session is gone, which must not bring it back.
pub fn set_state(
    conn: &mut Conn,
    key_digest: &str,
    state: &str,
    user_id: Option<UserId>,
) -> Result<bool> {
    let changed = diesel::update(sessions::table.find(key_digest))
        .set((sessions::state.eq(state), sessions::user_id.eq(user_id)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes that the session is in use.
pub fn set_seen(conn: &mut Conn, key_digest: &str, now: Timestamp) -> Result<()> {
    diesel::update(sessions::table.find(key_digest))
        .set(sessions::seen_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Notes that its person proved who they are.
pub fn set_proven(conn: &mut Conn, key_digest: &str, now: Timestamp) -> Result<()> {
    diesel::update(sessions::table.find(key_digest))
        .set(sessions::proven_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Ends a session.
pub fn delete(conn: &mut Conn, key_digest: &str) -> Result<()> {
    diesel::delete(sessions::table.find(key_digest)).execute(conn)?;
    Ok(())
}

/// The sessions of a person, the last used first.
pub fn list_of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Session>> {
    let query = sessions::table
        .filter(sessions::user_id.eq(user))
        .order((sessions::seen_at.desc(), sessions::key_digest))
        .select(Session::as_select());
    rows::load(conn, query)
}

/// Ends a session of a person; false when they have no such session.
pub fn delete_one_of_user(conn: &mut Conn, user: UserId, key_digest: &str) -> Result<bool> {
    let own = sessions::table
        .find(key_digest)
        .filter(sessions::user_id.eq(user));
    Ok(diesel::delete(own).execute(conn)? == 1)
}

/// Ends the sessions of a person that began first, so that no more than `most` are left.
pub fn delete_oldest_of_user(conn: &mut Conn, user: UserId, most: i64) -> Result<()> {
    let over: Vec<String> = sessions::table
        .filter(sessions::user_id.eq(user))
        .order((sessions::created_at.desc(), sessions::seen_at.desc()))
        .limit(i64::MAX)
        .offset(most)
        .select(sessions::key_digest)
        .load(conn)?;
    diesel::delete(sessions::table.filter(sessions::key_digest.eq_any(over))).execute(conn)?;
    Ok(())
}

/// Ends every session of a person.
pub fn delete_of_user(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Removes what is past one of its lifetimes; returns how many rows went.
pub fn delete_stale(
    conn: &mut Conn,
    created_before: Timestamp,
    seen_before: Timestamp,
) -> Result<usize> {
    let stale = sessions::created_at
        .lt(created_before.naive_utc())
        .or(sessions::seen_at.lt(seen_before.naive_utc()));
    Ok(diesel::delete(sessions::table.filter(stale)).execute(conn)?)
}
