//! Tokens that verifiers had before, and until when each works.

use diesel::prelude::*;

use super::key_rotations::is_running;
use super::schema::verifier_rotations as rotations;
use super::types::{At, MaybeAt};
use super::verifiers::Kept;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{RotationId, VerifierId};
use crate::domain::pepper::Digest;
use crate::domain::time::Timestamp;

#[derive(Insertable)]
#[diesel(table_name = rotations, treat_none_as_default_value = false)]
struct NewRotation {
    id: RotationId,
    verifier_id: VerifierId,
    digest: Digest,
    pepper_version: i32,
    last4: String,
    #[diesel(serialize_as = At)]
    rotated_at: Timestamp,
    #[diesel(serialize_as = MaybeAt)]
    ends_at: Option<Timestamp>,
    #[diesel(serialize_as = MaybeAt)]
    last_used_at: Option<Timestamp>,
}

/// An old token as pages read it: no digest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct OldToken {
    pub id: RotationId,
    pub verifier_id: VerifierId,
    pub last4: String,
    pub ends_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// What verification needs to know of an old token.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: RotationId,
    pub verifier_id: VerifierId,
    pub digest: Digest,
    pub ends_at: Option<Timestamp>,
}

/// Keeps the token that a verifier loses now, until `ends_at`.
pub fn insert(
    conn: &mut Conn,
    verifier: VerifierId,
    lost: Kept,
    now: Timestamp,
    ends_at: Option<Timestamp>,
) -> Result<()> {
    let row = NewRotation {
        id: RotationId::new(),
        verifier_id: verifier,
        digest: lost.digest,
        pepper_version: lost.pepper_version,
        last4: lost.last4,
        rotated_at: now,
        ends_at,
        last_used_at: lost.last_used_at,
    };
    diesel::insert_into(rotations::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Old tokens of all verifiers that still work, newest first.
pub fn list_running(conn: &mut Conn, now: Timestamp) -> Result<Vec<OldToken>> {
    let query = rotations::table
        .filter(is_running!(rotations, now))
        .order(rotations::id.desc())
        .select(OldToken::as_select());
    rows::load(conn, query)
}

/// Old tokens of one verifier that still work, newest first.
pub fn list_running_of(
    conn: &mut Conn,
    verifier: VerifierId,
    now: Timestamp,
) -> Result<Vec<OldToken>> {
    let query = rotations::table
        .filter(rotations::verifier_id.eq(verifier))
        .filter(is_running!(rotations, now))
        .order(rotations::id.desc())
        .select(OldToken::as_select());
    rows::load(conn, query)
}

/// Ends every old token of a verifier; false when none worked any more.
pub fn end_all(conn: &mut Conn, verifier: VerifierId, now: Timestamp) -> Result<bool> {
    let ended = diesel::update(rotations::table)
        .filter(rotations::verifier_id.eq(verifier))
        .filter(is_running!(rotations, now))
        .set(rotations::ends_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(ended > 0)
}

/// Moves last-used forward, never back.
pub fn set_last_used(conn: &mut Conn, id: RotationId, at: Timestamp) -> Result<()> {
    let at = at.naive_utc();
    diesel::update(rotations::table.find(id))
        .filter(
            rotations::last_used_at
                .is_null()
                .or(rotations::last_used_at.lt(at)),
        )
        .set(rotations::last_used_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Index rows of the old tokens of some verifiers, also of those that ended: a clock may be set back.
pub fn list_for_index(conn: &mut Conn, verifiers: &[VerifierId]) -> Result<Vec<IndexRow>> {
    let query = rotations::table
        .filter(rotations::verifier_id.eq_any(verifiers))
        .order(rotations::id)
        .select(IndexRow::as_select());
    rows::load(conn, query)
}
