//! Rotations: each row holds a secret that a key had, and who used it and its successor last.

use diesel::prelude::*;

use super::schema::{api_keys as keys, key_rotations as rotations};
use super::types::{At, MaybeAt};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, RotationId, TenantId};
use crate::domain::pepper::{Digest, SecretDigests};
use crate::domain::time::Timestamp;

/// The condition of an old secret, or an old token of a verifier, that still works.
macro_rules! is_running {
    ($table:ident, $now:expr) => {
        $table::ends_at
            .is_null()
            .or($table::ends_at.gt($now.naive_utc()))
    };
}
pub(super) use is_running;

/// A secret as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Kept {
    pub digest: Digest,
    pub pepper_version: i32,
    pub last4: String,
}

/// When the secret that a key loses ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = rotations, treat_none_as_null = true, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct End {
    #[diesel(serialize_as = MaybeAt)]
    pub ends_at: Option<Timestamp>,
    pub quiet_seconds: Option<i64>,
}

impl End {
    /// At an instant.
    pub fn at(now: Timestamp) -> Self {
        Self {
            ends_at: Some(now),
            quiet_seconds: None,
        }
    }
}

/// A rotation to be inserted.
#[derive(Insertable)]
#[diesel(table_name = rotations, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewRotation {
    pub id: RotationId,
    pub tenant_id: TenantId,
    pub key_id: KeyId,
    #[diesel(embed)]
    pub lost: Kept,
    pub idempotency_key: Option<String>,
    pub asked: Option<String>,
    #[diesel(serialize_as = At)]
    pub rotated_at: Timestamp,
    #[diesel(embed)]
    pub end: End,
    pub used_address: &'static str,
    pub used_program: &'static str,
    pub new_used_address: &'static str,
    pub new_used_program: &'static str,
}

/// Last use of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct LastUse {
    /// When, if ever.
    pub at: Option<Timestamp>,
    /// From which address, or empty.
    pub address: String,
    /// By which program, or empty.
    pub program: String,
}

/// A rotation as pages and actions read it: no digest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Rotation {
    pub id: RotationId,
    pub tenant_id: TenantId,
    pub key_id: KeyId,
    pub last4: String,
    pub rotated_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub quiet_seconds: Option<i64>,
    pub cancelled_at: Option<Timestamp>,
    #[diesel(select_expression = (rotations::used_at, rotations::used_address, rotations::used_program))]
    pub old: LastUse,
    #[diesel(select_expression = (rotations::new_used_at, rotations::new_used_address, rotations::new_used_program))]
    pub new: LastUse,
}

impl Rotation {
    /// True while the key's other secret is accepted too.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// Inserts a rotation.
pub fn insert(conn: &mut Conn, rotation: NewRotation) -> Result<()> {
    diesel::insert_into(rotations::table)
        .values(rotation)
        .execute(conn)?;
    Ok(())
}

/// The secret of a row of keys.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct OfKey {
    #[expect(dead_code, reason = "it names a row that can't be read")]
    id: KeyId,
    digest: Digest,
    pepper_version: i32,
    last4: String,
}

/// The secret of a row of rotations.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rotations)]
struct OfRotation {
    id: RotationId,
    digest: Digest,
    pepper_version: i32,
    last4: String,
}

/// The secret that a key has.
pub fn kept_of_key(conn: &mut Conn, tenant: TenantId, key: KeyId) -> Result<Kept> {
    let query = keys::table
        .filter(keys::id.eq(key))
        .filter(keys::tenant_id.eq(tenant))
        .select(OfKey::as_select());
    let row: OfKey = rows::first(conn, query)?;
    Ok(Kept {
        digest: row.digest,
        pepper_version: row.pepper_version,
        last4: row.last4,
    })
}

/// True when a secret of this key is accepted at an instant: the one that it has, or one that it gives up.
pub fn has_secret(
    conn: &mut Conn,
    (tenant, key): (TenantId, KeyId),
    secret: &SecretDigests,
    now: Timestamp,
) -> Result<bool> {
    if secret.has(&kept_of_key(conn, tenant, key)?.digest) {
        return Ok(true);
    }
    let formers: Vec<Digest> = rotations::table
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(is_running!(rotations, now))
        .select(rotations::digest)
        .load(conn)?;
    Ok(formers.iter().any(|former| secret.has(former)))
}

/// The secret that a rotation holds.
pub fn kept_of_rotation(conn: &mut Conn, tenant: TenantId, rotation: RotationId) -> Result<Kept> {
    let query = rotations::table
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant))
        .select(OfRotation::as_select());
    let row: OfRotation = rows::first(conn, query)?;
    Ok(Kept {
        digest: row.digest,
        pepper_version: row.pepper_version,
        last4: row.last4,
    })
}

/// Gives a key another secret.
pub fn give(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    secret: &Kept,
    now: Timestamp,
) -> Result<()> {
    diesel::update(keys::table)
        .filter(keys::id.eq(key))
        .filter(keys::tenant_id.eq(tenant))
        .set((
            keys::digest.eq(secret.digest),
            keys::pepper_version.eq(secret.pepper_version),
            keys::last4.eq(&secret.last4),
            keys::rotated_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What the request with this idempotency key asked for that rotated the key before; `Some(None)`: nobody noted it.
#[allow(
    clippy::option_option,
    reason = "no request, one of an older Keystead, and what it asked for are three things"
)]
pub fn find_asked(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    idempotency_key: &str,
) -> Result<Option<Option<String>>> {
    Ok(rotations::table
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(rotations::idempotency_key.eq(idempotency_key))
        .select(rotations::asked)
        .first(conn)
        .optional()?)
}

/// The newest rotations of a tenant's key, newest first, at most `limit`.
pub fn list(conn: &mut Conn, tenant: TenantId, key: KeyId, limit: i64) -> Result<Vec<Rotation>> {
    let query = rotations::table
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .order(rotations::id.desc())
        .limit(limit)
        .select(Rotation::as_select());
    rows::load(conn, query)
}

/// The rotations of some of the tenant's keys that run now.
pub fn list_running(
    conn: &mut Conn,
    tenant: TenantId,
    keys: &[KeyId],
    now: Timestamp,
) -> Result<Vec<Rotation>> {
    let query = rotations::table
        .filter(rotations::key_id.eq_any(keys))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(is_running!(rotations, now))
        .select(Rotation::as_select());
    rows::load(conn, query)
}

/// The rotations of all tenants that end when the old secret falls quiet.
pub fn list_until_quiet(conn: &mut Conn) -> Result<Vec<Rotation>> {
    let query = rotations::table
        .filter(rotations::ends_at.is_null())
        .order(rotations::id)
        .select(Rotation::as_select());
    rows::load(conn, query)
}

/// Sets when a rotation's secret ends.
pub fn set_end(conn: &mut Conn, tenant: TenantId, rotation: RotationId, end: End) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant))
        .set(end)
        .execute(conn)?;
    Ok(())
}

/// Ends every secret that a key had before and that still works.
pub fn end_running(conn: &mut Conn, tenant: TenantId, key: KeyId, now: Timestamp) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(is_running!(rotations, now))
        .set(End::at(now))
        .execute(conn)?;
    Ok(())
}

/// Deletes the ended secrets of a key beyond the newest `keep`, a hundred at a time, and gives their digests.
pub fn prune(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    keep: i64,
    now: Timestamp,
) -> Result<Vec<Digest>> {
    let query = rotations::table
        .filter(rotations::key_id.eq(key))
        .filter(rotations::tenant_id.eq(tenant))
        .filter(rotations::ends_at.le(now.naive_utc()))
        .order(rotations::id.desc())
        .offset(keep)
        .limit(100)
        .select(OfRotation::as_select());
    let old: Vec<OfRotation> = rows::load(conn, query)?;
    let ids = old.iter().map(|row| row.id);
    diesel::delete(rotations::table.filter(rotations::id.eq_any(ids))).execute(conn)?;
    Ok(old.into_iter().map(|row| row.digest).collect())
}

/// Has a rotation hold the secret that the key gives back: it ends now. What was noted of the two secrets' uses
/// changes places with them, as it is in the row at that moment: another server may be noting a use.
pub fn cancel(
    conn: &mut Conn,
    tenant: TenantId,
    rotation: RotationId,
    back: &Kept,
    now: Timestamp,
) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant))
        .set((
            back,
            End::at(now),
            rotations::cancelled_at.eq(now.naive_utc()),
            (
                rotations::used_at.eq(rotations::new_used_at),
                rotations::used_address.eq(rotations::new_used_address),
                rotations::used_program.eq(rotations::new_used_program),
                rotations::new_used_at.eq(rotations::used_at),
                rotations::new_used_address.eq(rotations::used_address),
                rotations::new_used_program.eq(rotations::used_program),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

/// What verification needs to know of a secret that a key had.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: RotationId,
    pub key_id: KeyId,
    pub digest: Digest,
    pub ends_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
}

/// Index rows of some keys of all tenants, oldest first.
pub fn list_for_index(conn: &mut Conn, keys: &[KeyId]) -> Result<Vec<IndexRow>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let query = rotations::table
        .filter(rotations::key_id.eq_any(keys))
        .order(rotations::id)
        .select(IndexRow::as_select());
    rows::load(conn, query)
}
