//! Verifiers: API servers and gateways that may ask about keys. They belong to the installation.

use diesel::prelude::*;

use super::schema::verifiers;
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::VerifierId;
use crate::domain::pepper::Digest;
use crate::domain::text_form::name_key;
use crate::domain::time::Timestamp;

/// A verifier to be inserted. The token itself never reaches this layer.
#[derive(Clone, Insertable)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewVerifier {
    pub id: VerifierId,
    pub name: String,
    pub token_prefix: String,
    pub last4: String,
    pub digest: Digest,
    pub pepper_version: i32,
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
}

/// A verifier as pages read it: no digest.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Verifier {
    pub id: VerifierId,
    pub name: String,
    pub token_prefix: String,
    pub last4: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// What verification needs to know of a verifier.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: VerifierId,
    pub digest: Digest,
    pub revoked_at: Option<Timestamp>,
}

/// The token of a verifier as it is kept, and when the verifier was used last.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Kept {
    pub id: VerifierId,
    pub digest: Digest,
    pub pepper_version: i32,
    pub last4: String,
    pub last_used_at: Option<Timestamp>,
}

/// A token to take the place of another.
#[derive(AsChangeset)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewToken {
    pub token_prefix: String,
    pub last4: String,
    pub digest: Digest,
    pub pepper_version: i32,
}

/// Inserts a verifier.
pub fn insert(conn: &mut Conn, verifier: NewVerifier) -> Result<()> {
    diesel::insert_into(verifiers::table)
        .values(verifier)
        .execute(conn)?;
    Ok(())
}

/// Every verifier: those that may ask first, each part newest first.
pub fn list(conn: &mut Conn) -> Result<Vec<Verifier>> {
    let query = verifiers::table
        .order((verifiers::revoked_at.is_not_null(), verifiers::id.desc()))
        .select(Verifier::as_select());
    rows::load(conn, query)
}

/// One verifier.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: VerifierId) -> Result<Verifier> {
    rows::first(
        conn,
        verifiers::table.find(id).select(Verifier::as_select()),
    )
}

/// Verifiers of this name that may ask, newest first. Capital letters and Unicode forms make no difference, unless it is
/// one's exact name.
pub fn list_of_name(conn: &mut Conn, name: &str) -> Result<Vec<Verifier>> {
    let query = verifiers::table
        .filter(verifiers::revoked_at.is_null())
        .order(verifiers::id.desc())
        .select(Verifier::as_select());
    let mut found: Vec<Verifier> = rows::load(conn, query)?;
    let key = name_key(name);
    found.retain(|verifier| name_key(&verifier.name) == key);
    if found.iter().any(|verifier| verifier.name == name) {
        found.retain(|verifier| verifier.name == name);
    }
    Ok(found)
}

/// The token that a verifier has.
///
/// # Errors
/// `NotFound`.
pub fn kept(conn: &mut Conn, id: VerifierId) -> Result<Kept> {
    rows::first(conn, verifiers::table.find(id).select(Kept::as_select()))
}

/// Gives a verifier another token.
pub fn set_token(conn: &mut Conn, id: VerifierId, token: NewToken) -> Result<()> {
    diesel::update(verifiers::table.find(id))
        .set(token)
        .execute(conn)?;
    Ok(())
}

/// Revokes a verifier for good; false when it already was.
pub fn set_revoked(conn: &mut Conn, id: VerifierId, now: Timestamp) -> Result<bool> {
    let changed = diesel::update(verifiers::table.find(id))
        .filter(verifiers::revoked_at.is_null())
        .set(verifiers::revoked_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Moves last-used forward, never back.
pub fn set_last_used(conn: &mut Conn, id: VerifierId, at: Timestamp) -> Result<()> {
    let at = at.naive_utc();
    diesel::update(verifiers::table.find(id))
        .filter(
            verifiers::last_used_at
                .is_null()
                .or(verifiers::last_used_at.lt(at)),
        )
        .set(verifiers::last_used_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Index rows of all verifiers.
pub fn list_for_index(conn: &mut Conn) -> Result<Vec<IndexRow>> {
    rows::load(conn, verifiers::table.select(IndexRow::as_select()))
}

/// Index rows of some verifiers.
pub fn find_for_index(conn: &mut Conn, ids: &[VerifierId]) -> Result<Vec<IndexRow>> {
    let query = verifiers::table
        .filter(verifiers::id.eq_any(ids))
        .select(IndexRow::as_select());
    rows::load(conn, query)
}
