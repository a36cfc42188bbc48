//! Which keys are kept under which pepper.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::key_rotations::is_running;
use super::schema::{
    api_keys as keys, key_rotations as rotations, tenants, verifier_rotations as verifier_tokens,
    verifiers,
};
use super::{Conn, key_index, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, RotationId, TenantId, VerifierId};
use crate::domain::pepper::Digest;
use crate::domain::time::Timestamp;

/// What stops working without a pepper: keys that are neither revoked nor expired, and verifiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InNeed {
    /// Keys.
    pub keys: i64,
    /// Old secrets of keys that are being rotated.
    pub old_secrets: i64,
    /// Verifiers.
    pub verifiers: i64,
    /// Old tokens of verifiers that were rotated.
    pub old_tokens: i64,
}

impl InNeed {
    /// All together.
    pub fn all(self) -> i64 {
        self.keys + self.old_secrets + self.verifiers + self.old_tokens
    }
}

impl std::fmt::Display for InNeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = [
            (self.keys, "key"),
            (self.old_secrets, "old secret"),
            (self.verifiers, "verifier"),
            (self.old_tokens, "old verifier token"),
        ];
        let some: Vec<String> = all
            .iter()
            .filter(|(count, word)| *count > 0 || (self.all() == 0 && *word == "key"))
            .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        f.write_str(&some.join(" and "))
    }
}

/// The condition of a key that stops working without its pepper.
macro_rules! in_need {
    ($now:expr) => {
        keys::revoked_at
            .is_null()
            .and(keys::expires_at.is_null().or(keys::expires_at.gt($now)))
    };
}

/// What needs each version. Reads every key of the installation.
pub fn count_in_need(conn: &mut Conn, now: Timestamp) -> Result<BTreeMap<i32, InNeed>> {
    let keys: Vec<(i32, i64)> = keys::table
        .filter(in_need!(now.naive_utc()))
        .group_by(keys::pepper_version)
        .select((keys::pepper_version, diesel::dsl::count_star()))
        .load(conn)?;
    let verifiers: Vec<(i32, i64)> = verifiers::table
        .filter(verifiers::revoked_at.is_null())
        .group_by(verifiers::pepper_version)
        .select((verifiers::pepper_version, diesel::dsl::count_star()))
        .load(conn)?;
    let old_secrets: Vec<(i32, i64)> = rotations::table
        .inner_join(keys::table)
        .filter(in_need!(now.naive_utc()))
        .filter(is_running!(rotations, now))
        .group_by(rotations::pepper_version)
        .select((rotations::pepper_version, diesel::dsl::count_star()))
        .load(conn)?;
    let old_tokens: Vec<(i32, i64)> = verifier_tokens::table
        .inner_join(verifiers::table)
        .filter(verifiers::revoked_at.is_null())
        .filter(is_running!(verifier_tokens, now))
        .group_by(verifier_tokens::pepper_version)
        .select((verifier_tokens::pepper_version, diesel::dsl::count_star()))
        .load(conn)?;
    let mut counts: BTreeMap<i32, InNeed> = BTreeMap::new();
    for (version, count) in keys {
        counts.entry(version).or_default().keys = count;
    }
    for (version, count) in old_secrets {
        counts.entry(version).or_default().old_secrets = count;
    }
    for (version, count) in verifiers {
        counts.entry(version).or_default().verifiers = count;
    }
    for (version, count) in old_tokens {
        counts.entry(version).or_default().old_tokens = count;
    }
    Ok(counts)
}

/// A verifier that did not ask since a newer pepper came.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = verifiers)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct UnmovedVerifier {
    pub id: VerifierId,
    pub name: String,
    pub pepper_version: i32,
}

/// Each verifier that needs a version older than `newest`.
pub fn list_unmoved_verifiers(conn: &mut Conn, newest: i32) -> Result<Vec<UnmovedVerifier>> {
    let query = verifiers::table
        .filter(verifiers::pepper_version.lt(newest))
        .filter(verifiers::revoked_at.is_null())
        .order(verifiers::id)
        .select(UnmovedVerifier::as_select());
    rows::load(conn, query)
}

/// An old token of a verifier, by the verifier.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = verifier_tokens)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct UnmovedToken {
    pub id: RotationId,
    pub verifier_id: VerifierId,
    #[diesel(select_expression = verifiers::name)]
    pub name: String,
    pub pepper_version: i32,
}

/// Old tokens of verifiers that need a version older than `newest`.
pub fn list_unmoved_old_tokens(
    conn: &mut Conn,
    newest: i32,
    now: Timestamp,
) -> Result<Vec<UnmovedToken>> {
    let query = verifier_tokens::table
        .inner_join(verifiers::table)
        .filter(verifier_tokens::pepper_version.lt(newest))
        .filter(verifiers::revoked_at.is_null())
        .filter(is_running!(verifier_tokens, now))
        .order(verifier_tokens::id)
        .select(UnmovedToken::as_select());
    rows::load(conn, query)
}

/// A key that was not used since a newer pepper came.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Unmoved {
    pub id: KeyId,
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
    pub name: String,
    pub pepper_version: i32,
}

/// Keys of all tenants that need a version older than `newest`, in order of id, after `after`.
pub fn list_unmoved(
    conn: &mut Conn,
    newest: i32,
    after: Option<KeyId>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Unmoved>> {
    let query = keys::table
        .inner_join(tenants::table)
        .filter(keys::pepper_version.lt(newest))
        .filter(in_need!(now.naive_utc()))
        .filter(keys::id.gt(key_index::text_of(after)))
        .order(keys::id)
        .limit(limit)
        .select(Unmoved::as_select());
    rows::load(conn, query)
}

/// An old secret of a key, by the key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct UnmovedSecret {
    pub id: RotationId,
    pub key_id: KeyId,
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
    #[diesel(select_expression = keys::name)]
    pub name: String,
    pub pepper_version: i32,
}

/// Old secrets of all tenants' keys that need a version older than `newest`.
pub fn list_unmoved_old_secrets(
    conn: &mut Conn,
    newest: i32,
    now: Timestamp,
) -> Result<Vec<UnmovedSecret>> {
    let query = rotations::table
        .inner_join(keys::table.inner_join(tenants::table))
        .filter(rotations::pepper_version.lt(newest))
        .filter(in_need!(now.naive_utc()))
        .filter(is_running!(rotations, now))
        .order(rotations::id)
        .select(UnmovedSecret::as_select());
    rows::load(conn, query)
}

/// Gives a key, or an old secret of it, its digest under another pepper, unless neither digest is the one that was seen;
/// false then.
pub fn move_key(conn: &mut Conn, tenant: TenantId, key: KeyId, to: NewPlace<'_>) -> Result<bool> {
    let changed = diesel::update(keys::table)
        .filter(keys::id.eq(key))
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::digest.eq(to.was.as_slice()))
        .set((
            keys::digest.eq(to.digest.as_slice()),
            keys::pepper_version.eq(to.version),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(true);
    }
    let changed = diesel::update(rotations::table)
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(rotations::digest.eq(to.was.as_slice()))
        .set((
            rotations::digest.eq(to.digest.as_slice()),
            rotations::pepper_version.eq(to.version),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// As [`move_key`], for a verifier or an old token of it.
pub fn move_verifier(conn: &mut Conn, verifier: VerifierId, to: NewPlace<'_>) -> Result<bool> {
    let changed = diesel::update(verifiers::table.find(verifier))
        .filter(verifiers::digest.eq(to.was.as_slice()))
        .set((
            verifiers::digest.eq(to.digest.as_slice()),
            verifiers::pepper_version.eq(to.version),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(true);
    }
    let changed = diesel::update(verifier_tokens::table)
        .filter(verifier_tokens::verifier_id.eq(verifier))
        .filter(verifier_tokens::digest.eq(to.was.as_slice()))
        .set((
            verifier_tokens::digest.eq(to.digest.as_slice()),
            verifier_tokens::pepper_version.eq(to.version),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Another digest for something.
#[derive(Debug, Clone, Copy)]
pub struct NewPlace<'a> {
    /// The digest that was seen.
    pub was: &'a Digest,
    /// The one to come.
    pub digest: &'a Digest,
    /// Its pepper.
    pub version: i32,
}
