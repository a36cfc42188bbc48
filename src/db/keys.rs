//! API keys. Every query of a tenant's keys takes the tenant, so another tenant's id finds nothing.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::{
    api_keys as keys, authorization_groups as groups, key_usage as used, projects,
    sealed_secrets as sealed,
};
use super::types::{At, MaybeAt};
use super::usage::{DAY, MINUTE};
use super::{Conn, dialect, errors, key_owners, rate_limits, rows};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::bounds::Bounds;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, TenantId};
use crate::domain::key::State;
use crate::domain::pepper::Digest;
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// A key to be inserted. The secret itself never reaches this layer.
#[derive(Clone, Insertable)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewKey {
    pub id: KeyId,
    pub tenant_id: TenantId,
    pub group_id: GroupId,
    pub project_id: Option<ProjectId>,
    pub name: String,
    pub description: String,
    pub environment: Environment,
    pub ip_allowlist: AddressList,
    pub ip_allowlist_mode: AllowlistMode,
    pub key_prefix: String,
    pub last4: String,
    pub digest: Digest,
    pub pepper_version: i32,
    pub idempotency_key: Option<String>,
    pub asked: Option<String>,
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    #[diesel(serialize_as = MaybeAt)]
    pub expires_at: Option<Timestamp>,
    #[diesel(serialize_as = MaybeAt)]
    pub disabled_at: Option<Timestamp>,
    #[diesel(serialize_as = MaybeAt)]
    pub revoked_at: Option<Timestamp>,
    #[diesel(embed)]
    pub rate_limit: rate_limits::Columns,
    #[diesel(embed)]
    pub owner: key_owners::Columns,
}

/// When a key was last accepted, by its newest minute or day with an accepted request.
#[diesel::dsl::auto_type]
pub(super) fn last_accepted(span: i64) -> _ {
    used::table
        .filter(used::key_id.eq(keys::id))
        .filter(used::span.eq(span))
        .filter(used::last_accepted.gt(0_i64))
        .order(used::start.desc())
        .limit(1_i64)
        .select(used::last_accepted)
        .single_value()
}

/// The version of a key's sealed secret.
#[diesel::dsl::auto_type]
fn sealed_version() -> _ {
    sealed::table
        .filter(sealed::key_id.eq(keys::id))
        .select(sealed::version)
        .single_value()
}

/// The name of the project that a key belongs to.
#[diesel::dsl::auto_type]
fn project_name() -> _ {
    projects::table
        .filter(projects::id.nullable().eq(keys::project_id))
        .select(projects::name)
        .single_value()
}

/// A key as pages and the REST API read it: no digest.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys, check_for_backend(MultiBackend))]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Key {
    pub id: KeyId,
    pub name: String,
    pub description: String,
    pub environment: Environment,
    pub ip_allowlist: AddressList,
    pub ip_allowlist_mode: AllowlistMode,
    pub key_prefix: String,
    pub last4: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub revoked_rev: Option<i64>,
    #[diesel(select_expression = last_accepted(MINUTE), select_expression_type = last_accepted)]
    pub used_in_minute: Option<Timestamp>,
    #[diesel(select_expression = last_accepted(DAY), select_expression_type = last_accepted)]
    pub used_on_day: Option<Timestamp>,
    #[diesel(select_expression = groups::name)]
    pub group_name: String,
    #[diesel(select_expression = groups::scopes)]
    pub scopes: Scopes,
    pub project_id: Option<ProjectId>,
    #[diesel(select_expression = project_name(), select_expression_type = project_name)]
    pub project_name: Option<String>,
    #[diesel(embed)]
    pub rate_limit: rate_limits::Stored,
    #[diesel(embed)]
    pub owner: key_owners::Stored,
    /// How its secret is sealed, if it can be shown again.
    #[diesel(select_expression = sealed_version(), select_expression_type = sealed_version)]
    pub sealed: Option<i32>,
    pub rotated_at: Option<Timestamp>,
    pub revocation_reason: Option<String>,
}

impl Key {
    /// When it was last accepted.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        // Minutes are younger than days, but kept for a shorter time.
        self.used_in_minute.max(self.used_on_day)
    }

    /// What bounds it beside its scopes.
    pub fn bounds(&self) -> Bounds {
        let addresses = (&self.ip_allowlist, self.ip_allowlist_mode);
        Bounds::new(self.expires_at, addresses, self.rate_limit.0)
    }

    /// True when its allowlist lets a caller with this address pass.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.ip_allowlist_mode != AllowlistMode::Enforce || self.ip_allowlist.allows(address)
    }

    /// The state at an instant.
    pub fn state(&self, now: Timestamp) -> State {
        State::at(
            now,
            self.revoked_at.is_some(),
            self.disabled_at.is_some(),
            self.expires_at,
        )
    }
}

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

/// Inserts many keys with one statement.
pub fn insert_all(conn: &mut Conn, rows: Vec<NewKey>) -> Result<()> {
    let insert = diesel::insert_into(keys::table).values(rows);
    dialect::on_either!(conn, conn => insert.execute(conn)?);
    Ok(())
}

/// One listed key of the tenant.
///
/// # Errors
/// `NotFound`, also for another tenant's key and for one that was deleted from the list.
pub fn find(conn: &mut Conn, tenant: TenantId, id: KeyId) -> Result<Key> {
    let query = keys::table
        .inner_join(groups::table)
        .filter(keys::id.eq(id))
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .select(Key::as_select());
    rows::first(conn, query)
}

/// Those of the tenant's listed keys that have these ids, in the order of the ids.
pub fn list(conn: &mut Conn, tenant: TenantId, ids: &[KeyId]) -> Result<Vec<Key>> {
    let query = keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .filter(keys::id.eq_any(ids))
        .select(Key::as_select());
    let found: Vec<Key> = rows::load(conn, query)?;
    let mut found: BTreeMap<KeyId, Key> = found.into_iter().map(|key| (key.id, key)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The tenant's keys with a group that are not revoked.
pub fn list_of_group(conn: &mut Conn, tenant: TenantId, group: GroupId) -> Result<Vec<Key>> {
    let query = keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::group_id.eq(group))
        .filter(keys::revoked_at.is_null())
        .select(Key::as_select());
    rows::load(conn, query)
}

/// Whether the tenant has a listed key, in whatever state.
pub fn exist(conn: &mut Conn, tenant: TenantId) -> Result<bool> {
    let one = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .select(keys::last4)
        .first::<String>(conn);
    Ok(one.optional()?.is_some())
}

/// The key that a request with this idempotency key made before, if one did, and what it asked for; `None`: nobody noted
/// that.
pub fn find_by_idempotency_key(
    conn: &mut Conn,
    tenant: TenantId,
    idempotency_key: &str,
) -> Result<Option<(Key, Option<String>)>> {
    let query = keys::table
        .inner_join(groups::table)
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::idempotency_key.eq(idempotency_key))
        .select(Key::as_select());
    let Some(key) = rows::first_if_any(conn, query)? else {
        return Ok(None);
    };
    let asked = keys::table
        .filter(keys::id.eq(key.id))
        .filter(keys::tenant_id.eq(tenant))
        .select(keys::asked)
        .first(conn)?;
    Ok(Some((key, asked)))
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
        .filter(keys::tenant_id.eq(tenant))
        .filter(counts!(now))
        .count()
        .get_result(conn)?)
}

/// Keys of one of several tenants.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct OfTenant {
    tenant_id: TenantId,
    #[diesel(select_expression = count_star())]
    keys: i64,
}

/// The same for many tenants at once, for the support staff; a tenant without such keys is left out.
pub fn count_of_tenants(
    conn: &mut Conn,
    tenants: &[TenantId],
    now: Timestamp,
) -> Result<HashMap<TenantId, i64>> {
    let query = keys::table
        .filter(keys::tenant_id.eq_any(tenants))
        .filter(counts!(now))
        .group_by(keys::tenant_id)
        .select(OfTenant::as_select());
    let counts = rows::load(conn, query)?.into_iter();
    Ok(counts.map(|of: OfTenant| (of.tenant_id, of.keys)).collect())
}

/// The same for every tenant.
pub fn count_of_all_tenants(conn: &mut Conn, now: Timestamp) -> Result<HashMap<TenantId, i64>> {
    let query = keys::table
        .filter(counts!(now))
        .group_by(keys::tenant_id)
        .select(OfTenant::as_select());
    let counts = rows::load(conn, query)?.into_iter();
    Ok(counts.map(|of: OfTenant| (of.tenant_id, of.keys)).collect())
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
        .filter(keys::id.eq(id))
        .filter(keys::tenant_id.eq(tenant))
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
        .filter(keys::id.eq(id))
        .filter(keys::tenant_id.eq(tenant))
        .set(keys::disabled_at.eq(since.map(|at| at.naive_utc())))
        .execute(conn)?;
    Ok(())
}

/// Takes a key off the list; false when it was off already. The row stays, so that its secret is never accepted
/// again and its history has a name.
pub fn set_deleted(conn: &mut Conn, tenant: TenantId, id: KeyId, now: Timestamp) -> Result<bool> {
    let changed = diesel::update(keys::table)
        .filter(keys::id.eq(id))
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .set(keys::deleted_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(changed == 1)
}
