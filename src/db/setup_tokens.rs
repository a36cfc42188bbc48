//! The one-time link of the first start.

use diesel::prelude::*;

use super::Conn;
use super::schema::setup_tokens;
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// Replaces whatever link was given out before.
pub fn replace(conn: &mut Conn, token_digest: &str, expires_at: Timestamp) -> Result<()> {
    delete_all(conn)?;
    diesel::insert_into(setup_tokens::table)
        .values((
            setup_tokens::token_digest.eq(token_digest),
            setup_tokens::expires_at.eq(expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// True when the token opens the setup page now.
pub fn is_valid(conn: &mut Conn, token_digest: &str, now: Timestamp) -> Result<bool> {
    Ok(setup_tokens::table
        .find(token_digest)
        .filter(setup_tokens::expires_at.gt(now.naive_utc()))
        .select(setup_tokens::token_digest)
        .first::<String>(conn)
        .optional()?
        .is_some())
}

/// Uses the token up; false when another transaction did so first, or it never opened anything.
pub fn take(conn: &mut Conn, token_digest: &str, now: Timestamp) -> Result<bool> {
    let valid = setup_tokens::table
        .find(token_digest)
        .filter(setup_tokens::expires_at.gt(now.naive_utc()));
    Ok(diesel::delete(valid).execute(conn)? == 1)
}

/// Ends every link: setup is done.
pub fn delete_all(conn: &mut Conn) -> Result<()> {
    diesel::delete(setup_tokens::table).execute(conn)?;
    Ok(())
}
