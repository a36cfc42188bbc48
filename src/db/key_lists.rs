//! What the directory of a tenant's keys is filled from, and what is asked about several keys at once.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Conn;
use super::keys::last_accepted;
use super::schema::{api_keys as keys, change_log, key_rotations as rotations, key_usage as used};
use super::usage::{HOUR, MINUTE};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::{Timestamp, from_micros};

/// What is searched and sorted.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Listed {
    pub id: String,
    pub name: String,
    pub description: String,
    pub key_prefix: String,
    pub last4: String,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
    pub disabled_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub deleted_at: Option<NaiveDateTime>,
}

/// The columns of [`Listed`].
macro_rules! listed_columns {
    () => {
        (
            keys::id,
            keys::name,
            keys::description,
            keys::key_prefix,
            keys::last4,
            keys::created_at,
            keys::expires_at,
            keys::disabled_at,
            keys::revoked_at,
            keys::deleted_at,
        )
    };
}

/// All of the tenant's listed keys, in order of id.
pub fn all(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Listed>> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .order(keys::id)
        .select(listed_columns!())
        .load(conn)?)
}

/// The tenant's keys that changed after a revision, also those deleted since.
pub fn changed_after(conn: &mut Conn, tenant: TenantId, rev: i64) -> Result<Vec<Listed>> {
    let mut items: Vec<String> = change_log::table
        .filter(change_log::rev.gt(rev))
        .filter(change_log::kind.eq("key"))
        .select(change_log::item)
        .load(conn)?;
    items.sort();
    items.dedup();
    let mut changed = Vec::new();
    for ids in items.chunks(500) {
        let part: Vec<Listed> = keys::table
            .filter(keys::tenant_id.eq(tenant.to_string()))
            .filter(keys::id.eq_any(ids))
            .select(listed_columns!())
            .load(conn)?;
        changed.extend(part);
    }
    Ok(changed)
}

/// When each of the tenant's listed keys was last accepted; those that never were are left out.
pub fn last_used(conn: &mut Conn, tenant: TenantId) -> Result<Vec<(KeyId, Timestamp)>> {
    let rows: Vec<(String, Option<i64>, Option<i64>)> = keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .select((
            keys::id,
            last_accepted!(MINUTE),
            last_accepted!(super::usage::DAY),
        ))
        .load(conn)?;
    rows.into_iter()
        .filter_map(|(id, minute, day)| Some((id, minute.max(day)?)))
        .map(|(id, at)| Ok((id.parse()?, from_micros(at))))
        .collect()
}

/// Those of the tenant's keys of which two secrets work now.
pub fn rotating(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<KeyId>> {
    let ids: Vec<String> = rotations::table
        .filter(rotations::tenant_id.eq(tenant.to_string()))
        .filter(
            rotations::ends_at
                .is_null()
                .or(rotations::ends_at.gt(now.naive_utc())),
        )
        .select(rotations::key_id)
        .load(conn)?;
    ids.iter().map(|id| id.parse()).collect()
}

/// The id of the tenant's key that has, or once had, a secret with one of these digests.
pub fn find_by_digest(
    conn: &mut Conn,
    tenant: TenantId,
    digests: &[Vec<u8>],
) -> Result<Option<KeyId>> {
    let now: Option<String> = keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::digest.eq_any(digests))
        .select(keys::id)
        .first(conn)
        .optional()?;
    let id = match now {
        Some(id) => Some(id),
        None => rotations::table
            .filter(rotations::tenant_id.eq(tenant.to_string()))
            .filter(rotations::digest.eq_any(digests))
            .select(rotations::key_id)
            .first(conn)
            .optional()?,
    };
    id.map(|id| id.parse()).transpose()
}

/// How often each of some keys was accepted since an instant, to the hour; those that were not are left out. The keys
/// must be the tenant's own: this asks for no tenant.
pub fn accepted_since(
    conn: &mut Conn,
    keys: &[String],
    from: Timestamp,
) -> Result<BTreeMap<String, i64>> {
    let folded_to = super::usage::folded(conn)?;
    let from = from.timestamp() / HOUR * HOUR;
    let rows: Vec<(String, i64)> = used::table
        .filter(used::key_id.eq_any(keys))
        .filter(used::valid.gt(0))
        .filter(
            used::span.eq(HOUR).and(used::start.ge(from)).or(used::span
                .eq(MINUTE)
                .and(used::start.ge(from.max(folded_to)))),
        )
        .select((used::key_id, used::valid))
        .load(conn)?;
    let mut sums = BTreeMap::new();
    for (key, count) in rows {
        *sums.entry(key).or_default() += count;
    }
    Ok(sums)
}
