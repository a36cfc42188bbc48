//! Rotations: each row holds a secret that a key had, and who used it and its successor last.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Conn;
use super::schema::{api_keys as keys, key_rotations as rotations};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::Timestamp;

/// A secret as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = rotations)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Kept {
    pub digest: Vec<u8>,
    pub pepper_version: i32,
    pub last4: String,
}

/// When the secret that a key loses ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = rotations, treat_none_as_null = true, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct End {
    pub ends_at: Option<NaiveDateTime>,
    pub quiet_seconds: Option<i64>,
}

impl End {
    /// At an instant.
    pub fn at(now: Timestamp) -> Self {
        Self {
            ends_at: Some(now.naive_utc()),
            quiet_seconds: None,
        }
    }
}

/// A rotation to be inserted.
#[derive(Insertable)]
#[diesel(table_name = rotations, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewRotation {
    pub id: String,
    pub tenant_id: String,
    pub key_id: String,
    #[diesel(embed)]
    pub lost: Kept,
    pub idempotency_key: Option<String>,
    pub asked: Option<String>,
    pub rotated_at: NaiveDateTime,
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
    pub at: Option<NaiveDateTime>,
    /// From which address, or empty.
    pub address: String,
    /// By which program, or empty.
    pub program: String,
}

/// A rotation as pages and actions read it: no digest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Rotation {
    pub id: String,
    pub tenant_id: String,
    pub key_id: String,
    pub last4: String,
    pub rotated_at: NaiveDateTime,
    pub ends_at: Option<NaiveDateTime>,
    pub quiet_seconds: Option<i64>,
    pub cancelled_at: Option<NaiveDateTime>,
    pub old: LastUse,
    pub new: LastUse,
}

impl Rotation {
    /// True while the key's other secret is accepted too.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now.naive_utc())
    }
}

/// The columns of [`Rotation`].
macro_rules! rotation_columns {
    () => {
        (
            rotations::id,
            rotations::tenant_id,
            rotations::key_id,
            rotations::last4,
            rotations::rotated_at,
            rotations::ends_at,
            rotations::quiet_seconds,
            rotations::cancelled_at,
            (
                rotations::used_at,
                rotations::used_address,
                rotations::used_program,
            ),
            (
                rotations::new_used_at,
                rotations::new_used_address,
                rotations::new_used_program,
            ),
        )
    };
}

/// Inserts a rotation.
pub fn insert(conn: &mut Conn, rotation: NewRotation) -> Result<()> {
    diesel::insert_into(rotations::table)
        .values(rotation)
        .execute(conn)?;
    Ok(())
}

/// The secret that a key has.
pub fn kept_of_key(conn: &mut Conn, tenant: TenantId, key: KeyId) -> Result<Kept> {
    Ok(keys::table
        .filter(keys::id.eq(key.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .select((keys::digest, keys::pepper_version, keys::last4))
        .first(conn)?)
}

/// The secret that a rotation holds.
pub fn kept_of_rotation(conn: &mut Conn, tenant: TenantId, rotation: &str) -> Result<Kept> {
    Ok(rotations::table
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .select((
            rotations::digest,
            rotations::pepper_version,
            rotations::last4,
        ))
        .first(conn)?)
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
        .filter(keys::id.eq(key.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .set((
            keys::digest.eq(&secret.digest),
            keys::pepper_version.eq(secret.pepper_version),
            keys::last4.eq(&secret.last4),
            keys::rotated_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What the request with this word asked for that rotated the key before; `Some(None)`: nobody noted it.
#[allow(
    clippy::option_option,
    reason = "no request, one of an older Keystead, and its wish are three things"
)]
pub fn find_asked(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    word: &str,
) -> Result<Option<Option<String>>> {
    Ok(rotations::table
        .filter(rotations::key_id.eq(key.to_string()))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .filter(rotations::idempotency_key.eq(word))
        .select(rotations::asked)
        .first(conn)
        .optional()?)
}

/// The newest rotations of a tenant's key, newest first, at most `limit`.
pub fn list(conn: &mut Conn, tenant: TenantId, key: KeyId, limit: i64) -> Result<Vec<Rotation>> {
    Ok(rotations::table
        .filter(rotations::key_id.eq(key.to_string()))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .order(rotations::id.desc())
        .limit(limit)
        .select(rotation_columns!())
        .load(conn)?)
}

/// The rotations of some of the tenant's keys that run now.
pub fn list_running(
    conn: &mut Conn,
    tenant: TenantId,
    keys: &[String],
    now: Timestamp,
) -> Result<Vec<Rotation>> {
    Ok(rotations::table
        .filter(rotations::key_id.eq_any(keys))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .filter(
            rotations::ends_at
                .is_null()
                .or(rotations::ends_at.gt(now.naive_utc())),
        )
        .select(rotation_columns!())
        .load(conn)?)
}

/// The rotations of all tenants that end when the old secret falls quiet.
pub fn list_until_quiet(conn: &mut Conn) -> Result<Vec<Rotation>> {
    Ok(rotations::table
        .filter(rotations::ends_at.is_null())
        .order(rotations::id)
        .select(rotation_columns!())
        .load(conn)?)
}

/// Sets when a rotation's secret ends.
pub fn set_end(conn: &mut Conn, tenant: TenantId, rotation: &str, end: End) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .set(end)
        .execute(conn)?;
    Ok(())
}

/// Ends every secret that a key had before and that still works.
pub fn end_running(conn: &mut Conn, tenant: TenantId, key: KeyId, now: Timestamp) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::key_id.eq(key.to_string()))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .filter(
            rotations::ends_at
                .is_null()
                .or(rotations::ends_at.gt(now.naive_utc())),
        )
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
) -> Result<Vec<Vec<u8>>> {
    let old: Vec<(String, Vec<u8>)> = rotations::table
        .filter(rotations::key_id.eq(key.to_string()))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .filter(rotations::ends_at.le(now.naive_utc()))
        .order(rotations::id.desc())
        .offset(keep)
        .limit(100)
        .select((rotations::id, rotations::digest))
        .load(conn)?;
    let (ids, digests): (Vec<String>, Vec<Vec<u8>>) = old.into_iter().unzip();
    diesel::delete(rotations::table.filter(rotations::id.eq_any(ids))).execute(conn)?;
    Ok(digests)
}

/// Has a rotation hold the secret that the key gives back: it ends now. What was noted of the two secrets' uses
/// changes places with them, as it is in the row at that moment: another server may be noting a use.
pub fn cancel(
    conn: &mut Conn,
    tenant: TenantId,
    rotation: &str,
    back: &Kept,
    now: Timestamp,
) -> Result<()> {
    diesel::update(rotations::table)
        .filter(rotations::id.eq(rotation))
        .filter(rotations::tenant_id.eq(tenant.to_string()))
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
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct IndexRow {
    pub id: String,
    pub key_id: String,
    pub digest: Vec<u8>,
    pub ends_at: Option<NaiveDateTime>,
    pub cancelled_at: Option<NaiveDateTime>,
}

/// Index rows of some keys of all tenants, oldest first.
pub fn list_for_index(conn: &mut Conn, keys: &[String]) -> Result<Vec<IndexRow>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(rotations::table
        .filter(rotations::key_id.eq_any(keys))
        .order(rotations::id)
        .select((
            rotations::id,
            rotations::key_id,
            rotations::digest,
            rotations::ends_at,
            rotations::cancelled_at,
        ))
        .load(conn)?)
}
