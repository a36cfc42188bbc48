//! API keys. Every query of a tenant's keys takes the tenant, so another tenant's id finds nothing.

use std::collections::HashMap;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{
    api_keys as keys, authorization_groups as groups, key_usage as used, sealed_secrets as sealed,
};
use super::{Conn, errors, rate_limits};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::State;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// A key to be inserted. The secret itself never reaches this layer.
#[derive(Clone, Insertable)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewKey {
    pub id: String,
    pub tenant_id: String,
    pub group_id: String,
    pub name: String,
    pub description: String,
    pub environment: &'static str,
    pub ip_allowlist: String,
    pub ip_allowlist_mode: &'static str,
    pub key_prefix: String,
    pub last4: String,
    pub digest: Vec<u8>,
    pub pepper_version: i32,
    pub idempotency_key: Option<String>,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
    pub disabled_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    #[diesel(embed)]
    pub rate_limit: rate_limits::Columns,
}

/// A key as pages and the REST API read it: no digest.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Key {
    pub id: String,
    pub name: String,
    pub description: String,
    pub environment: String,
    pub ip_allowlist: String,
    pub ip_allowlist_mode: String,
    pub key_prefix: String,
    pub last4: String,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
    pub disabled_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub revoked_rev: Option<i64>,
    pub used_in_minute: Option<i64>,
    pub used_on_day: Option<i64>,
    pub group_name: String,
    pub scopes: String,
    #[diesel(deserialize_as = rate_limits::Row)]
    pub rate_limit: rate_limits::Stored,
    /// How its secret is sealed, if it can be shown again.
    pub sealed: Option<i32>,
    pub rotated_at: Option<NaiveDateTime>,
    pub revocation_reason: Option<String>,
}

impl Key {
    /// When it was last accepted.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        // Minutes are younger than days, but kept for a shorter time.
        self.used_in_minute
            .max(self.used_on_day)
            .map(crate::domain::time::from_micros)
    }

    /// The state at an instant.
    pub fn state(&self, now: Timestamp) -> State {
        let expires_at = self.expires_at.map(|at| at.and_utc());
        State::at(
            now,
            self.revoked_at.is_some(),
            self.disabled_at.is_some(),
            expires_at,
        )
    }
}

/// When a key was last accepted, by its newest minute or day with an accepted request.
macro_rules! last_accepted {
    ($span:expr) => {
        used::table
            .filter(used::key_id.eq(keys::id))
            .filter(used::span.eq($span))
            .filter(used::last_accepted.gt(0))
            .order(used::start.desc())
            .limit(1)
            .select(used::last_accepted)
            .single_value()
    };
}

/// The columns of [`Key`].
macro_rules! key_columns {
    () => {
        (
            keys::id,
            keys::name,
            keys::description,
            keys::environment,
            keys::ip_allowlist,
            keys::ip_allowlist_mode,
            keys::key_prefix,
            keys::last4,
            keys::created_at,
            keys::expires_at,
            keys::disabled_at,
            keys::revoked_at,
            keys::revoked_rev,
            last_accepted!(super::usage::MINUTE),
            last_accepted!(super::usage::DAY),
            groups::name,
            groups::scopes,
            rate_limits::COLUMNS,
            sealed::table
                .filter(sealed::key_id.eq(keys::id))
                .select(sealed::version)
                .single_value(),
            keys::rotated_at,
            keys::revocation_reason,
        )
    };
}

pub(super) use last_accepted;

/// Inserts a key.
///
/// # Errors
/// A conflict when its idempotency key was used a moment ago by another request.
pub fn insert(conn: &mut Conn, key: NewKey) -> Result<()> {
    match diesel::insert_into(keys::table).values(key).execute(conn) {
        Err(cause) if errors::is_duplicate(&cause) => Err(Conflict::IdempotencyKeyInUse.into()),
        other => other.map(|_| ()).map_err(Error::from),
    }
}

/// One listed key of the tenant.
///
/// # Errors
/// `NotFound`, also for another tenant's key and for one that was deleted from the list.
pub fn find(conn: &mut Conn, tenant: TenantId, id: KeyId) -> Result<Key> {
    Ok(keys::table
        .inner_join(groups::table)
        .filter(keys::id.eq(id.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .select(key_columns!())
        .first(conn)?)
}

/// Those of the tenant's listed keys that have these ids, in the order of the ids.
pub fn list(conn: &mut Conn, tenant: TenantId, ids: &[KeyId]) -> Result<Vec<Key>> {
    let texts: Vec<String> = ids.iter().map(KeyId::to_string).collect();
    let rows: Vec<Key> = keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .filter(keys::id.eq_any(&texts))
        .select(key_columns!())
        .load(conn)?;
    let mut rows: BTreeMap<String, Key> =
        rows.into_iter().map(|key| (key.id.clone(), key)).collect();
    Ok(texts.iter().filter_map(|id| rows.remove(id)).collect())
}

/// The key that a request with this idempotency key made before, if one did.
pub fn find_by_idempotency_key(
    conn: &mut Conn,
    tenant: TenantId,
    idempotency_key: &str,
) -> Result<Option<Key>> {
    Ok(keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::idempotency_key.eq(idempotency_key))
        .select(key_columns!())
        .first(conn)
        .optional()?)
}

/// What counts toward the limit: active and disabled keys that have not expired.
macro_rules! counts {
    ($now:expr) => {
        keys::deleted_at
            .is_null()
            .and(keys::revoked_at.is_null())
            .and(
                keys::expires_at
                    .is_null()
                    .or(keys::expires_at.gt($now.naive_utc())),
            )
    };
}

/// How many keys count toward the limit.
pub fn count_toward_limit(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<i64> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(counts!(now))
        .count()
        .get_result(conn)?)
}

/// The same for many tenants at once, for the support staff; a tenant without such keys is left out.
pub fn count_of_tenants(
    conn: &mut Conn,
    tenants: &[&str],
    now: Timestamp,
) -> Result<HashMap<String, i64>> {
    let counts: Vec<(String, i64)> = keys::table
        .filter(keys::tenant_id.eq_any(tenants))
        .filter(counts!(now))
        .group_by(keys::tenant_id)
        .select((keys::tenant_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// Revokes a key for good; false when it already was. An empty reason is none.
pub fn set_revoked(
    conn: &mut Conn,
    tenant: TenantId,
    id: KeyId,
    now: Timestamp,
    rev: i64,
    reason: &str,
) -> Result<bool> {
    let changed = diesel::update(keys::table)
        .filter(keys::id.eq(id.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::revoked_at.is_null())
        .set((
            keys::revoked_at.eq(now.naive_utc()),
            keys::revoked_rev.eq(rev),
            keys::revocation_reason.eq(Some(reason).filter(|reason| !reason.is_empty())),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Switches a key off at an instant, or on again.
pub fn set_disabled(
    conn: &mut Conn,
    tenant: TenantId,
    id: KeyId,
    since: Option<Timestamp>,
) -> Result<()> {
    diesel::update(keys::table)
        .filter(keys::id.eq(id.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .set(keys::disabled_at.eq(since.map(|at| at.naive_utc())))
        .execute(conn)?;
    Ok(())
}

/// Takes a key off the list; false when it was off already. The row stays, so that its secret is never accepted
/// again and its history has a name.
pub fn set_deleted(conn: &mut Conn, tenant: TenantId, id: KeyId, now: Timestamp) -> Result<bool> {
    let changed = diesel::update(keys::table)
        .filter(keys::id.eq(id.to_string()))
        .filter(keys::tenant_id.eq(tenant.to_string()))
        .filter(keys::deleted_at.is_null())
        .set(keys::deleted_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(changed == 1)
}
