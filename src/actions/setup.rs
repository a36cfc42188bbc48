//! The first start: a one-time link, and the person who uses it becomes super user and first admin.

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::tenants::{self, FirstAdmin};
use super::{Object, record};
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, random};

/// How long a setup link works.
pub const LINK_MINUTES: i64 = 60;

/// A new link's token, when nobody has an account yet. Earlier links end.
pub fn issue_token(conn: &mut Conn, now: Timestamp) -> Result<Option<String>> {
    if db::users::any(conn)? {
        return Ok(None);
    }
    let token = random::token()?;
    db::setup_tokens::replace(
        conn,
        &digest(&token),
        now + TimeDelta::minutes(LINK_MINUTES),
    )?;
    Ok(Some(token))
}

/// True when the token opens the setup page now.
pub fn is_open(conn: &mut Conn, token: &str, now: Timestamp) -> Result<bool> {
    Ok(db::setup_tokens::is_valid(conn, &digest(token), now)? && !db::users::any(conn)?)
}

/// Uses the link.
///
/// # Errors
/// `NotFound` when the link was used, has ended, or never was.
pub fn complete(
    conn: &mut Conn,
    token: &str,
    admin: &FirstAdmin,
    password_digest: &str,
    now: Timestamp,
) -> Result<UserId> {
    // Taken first: of two people with the link, the second waits here and finds nothing.
    if !db::setup_tokens::take(conn, &digest(token), now)? || db::users::any(conn)? {
        return Err(Error::NotFound);
    }
    let user = tenants::create_admin(conn, admin, password_digest, true, now)?;
    db::setup_tokens::delete_all(conn)?;
    let tenant = db::members::first_tenant(conn, user)?.ok_or(Error::NotFound)?;
    let id = user.to_string();
    let object = Object {
        kind: "person",
        id,
        name: &admin.email,
    };
    record(
        conn,
        &tenants::operator(tenant, now),
        &Event::SystemSetUp,
        object,
    )?;
    Ok(user)
}

fn digest(token: &str) -> String {
    random::hex(&Sha256::digest(token.as_bytes()))
}
