//! What the directory of a tenant's keys is filled from, and what is asked about several keys at once.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::keys::last_accepted;
use super::schema::{
    api_keys as keys, authorization_groups as groups, change_log as changes,
    key_rotations as rotations, key_usage as used,
};
use super::usage::{DAY, HOUR, MINUTE};
use super::{Conn, change_log, key_owners, rows};
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, RotationId, TenantId};
use crate::domain::pepper::Digest;
use crate::domain::time::Timestamp;

/// What is searched and sorted.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Listed {
    pub id: KeyId,
    pub name: String,
    pub description: String,
    pub key_prefix: String,
    pub last4: String,
    pub group_id: GroupId,
    #[diesel(select_expression = groups::name)]
    pub group_name: String,
    pub project_id: Option<ProjectId>,
    #[diesel(embed)]
    pub owner: key_owners::Stored,
    pub environment: Environment,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// All of the tenant's listed keys, in order of id.
pub fn all(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Listed>> {
    let query = keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .order(keys::id)
        .select(Listed::as_select());
    rows::load(conn, query)
}

/// The tenant's keys that changed after a revision, also those deleted since.
pub fn changed_after(conn: &mut Conn, tenant: TenantId, rev: i64) -> Result<Vec<Listed>> {
    let mut changed = Vec::new();
    for ids in items_after(conn, rev, change_log::KEY)?.chunks(500) {
        let query = keys::table
            .inner_join(groups::table)
            .filter(keys::tenant_id.eq(tenant))
            .filter(keys::id.eq_any(ids))
            .select(Listed::as_select());
        let part: Vec<Listed> = rows::load(conn, query)?;
        changed.extend(part);
    }
    Ok(changed)
}

/// The tenant's listed keys of groups that changed after a revision, at most about `most`.
pub fn of_changed_groups(
    conn: &mut Conn,
    tenant: TenantId,
    rev: i64,
    most: i64,
) -> Result<Vec<Listed>> {
    let mut changed = Vec::new();
    for ids in items_after(conn, rev, change_log::GROUP)?.chunks(500) {
        let query = keys::table
            .inner_join(groups::table)
            .filter(keys::tenant_id.eq(tenant))
            .filter(keys::deleted_at.is_null())
            .filter(keys::group_id.eq_any(ids))
            .limit(most)
            .select(Listed::as_select());
        let part: Vec<Listed> = rows::load(conn, query)?;
        changed.extend(part);
    }
    Ok(changed)
}

/// The ids of all things of a kind that changed after a revision, of any tenant.
fn items_after(conn: &mut Conn, rev: i64, kind: &str) -> Result<Vec<String>> {
    let mut items: Vec<String> = changes::table
        .filter(changes::rev.gt(rev))
        .filter(changes::kind.eq(kind))
        .select(changes::item)
        .load(conn)?;
    items.sort();
    items.dedup();
    Ok(items)
}

/// When a key was last accepted.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct LastUsed {
    id: KeyId,
    #[diesel(select_expression = last_accepted(MINUTE), select_expression_type = last_accepted)]
    in_minute: Option<Timestamp>,
    #[diesel(select_expression = last_accepted(DAY), select_expression_type = last_accepted)]
    on_day: Option<Timestamp>,
}

/// When each of the tenant's listed keys was last accepted; those that never were are left out.
pub fn last_used(conn: &mut Conn, tenant: TenantId) -> Result<Vec<(KeyId, Timestamp)>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .select(LastUsed::as_select());
    let used = rows::load(conn, query)?.into_iter();
    Ok(used
        .filter_map(|key: LastUsed| Some((key.id, key.in_minute.max(key.on_day)?)))
        .collect())
}

/// The key of a rotation.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rotations)]
struct OfRotation {
    #[expect(dead_code, reason = "it names a row that can't be read")]
    id: RotationId,
    key_id: KeyId,
}

/// Those of the tenant's keys of which two secrets work now.
pub fn rotating(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<KeyId>> {
    let query = rotations::table
        .filter(rotations::tenant_id.eq(tenant))
        .filter(
            rotations::ends_at
                .is_null()
                .or(rotations::ends_at.gt(now.naive_utc())),
        )
        .select(OfRotation::as_select());
    let running = rows::load(conn, query)?.into_iter();
    Ok(running.map(|of: OfRotation| of.key_id).collect())
}

/// The key of any tenant that has, or once had, a secret with one of these digests.
pub fn find_by_digest(conn: &mut Conn, digests: &[Digest]) -> Result<Option<OfDigest>> {
    let current = keys::table
        .filter(keys::digest.eq_any(digests))
        .select(Current::as_select());
    let current: Option<Current> = rows::first_if_any(conn, current)?;
    if let Some(key) = current {
        return Ok(Some(OfDigest {
            key: key.id,
            tenant: key.tenant_id,
            ends_at: None,
        }));
    }
    let once = rotations::table
        .filter(rotations::digest.eq_any(digests))
        .select(Once::as_select());
    let of: Option<Once> = rows::first_if_any(conn, once)?;
    Ok(of.map(|of| OfDigest {
        key: of.key_id,
        tenant: of.tenant_id,
        ends_at: of.ends_at,
    }))
}

/// Whose secret a digest is of.
#[derive(Debug, Clone, Copy)]
pub struct OfDigest {
    /// The key.
    pub key: KeyId,
    /// Its tenant.
    pub tenant: TenantId,
    /// When the secret ends, or did, if it was replaced and that is known.
    pub ends_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Current {
    id: KeyId,
    tenant_id: TenantId,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rotations)]
struct Once {
    key_id: KeyId,
    tenant_id: TenantId,
    ends_at: Option<Timestamp>,
}

/// A key's accepted requests in a span of time.
#[derive(Queryable, Selectable)]
#[diesel(table_name = used)]
struct Accepted {
    key_id: KeyId,
    valid: i64,
}

/// How often each of some keys was accepted since an instant, to the hour; those that were not are left out. The keys
/// must be the tenant's own: this asks for no tenant.
pub fn accepted_since(
    conn: &mut Conn,
    keys: &[KeyId],
    from: Timestamp,
) -> Result<BTreeMap<KeyId, i64>> {
    let folded_to = super::usage::folded(conn)?;
    let from = from.timestamp() / HOUR * HOUR;
    let query = used::table
        .filter(used::key_id.eq_any(keys))
        .filter(used::valid.gt(0))
        .filter(
            used::span.eq(HOUR).and(used::start.ge(from)).or(used::span
                .eq(MINUTE)
                .and(used::start.ge(from.max(folded_to)))),
        )
        .select(Accepted::as_select());
    let mut sums = BTreeMap::new();
    for part in rows::load::<Accepted, _>(conn, query)? {
        *sums.entry(part.key_id).or_default() += part.valid;
    }
    Ok(sums)
}
