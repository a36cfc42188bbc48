//! Authorization groups: named sets of scopes. Every query of a tenant's groups takes the tenant.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::name_keys::{is_named, is_taken, of_one};
use super::schema::{api_keys as keys, authorization_groups as groups};
use super::types::At;
use super::{Conn, errors, rows};
use crate::domain::id::{GroupId, TenantId};
use crate::domain::scope::Scopes;
use crate::domain::text_form::name_key;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// The built-in group that a key gets when none is asked for.
pub const FULL_ACCESS: &str = "Full access";
/// The built-in group that only reads.
pub const READ_ONLY: &str = "Read only";

/// A group as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = groups)]
pub struct Group {
    /// Identifier.
    pub id: GroupId,
    /// Owner.
    pub tenant_id: TenantId,
    /// Name, unique in the tenant.
    pub name: String,
    /// What it grants, in plain words; may be empty.
    pub summary: String,
    /// What it grants.
    pub scopes: Scopes,
    /// True for the groups that every tenant has.
    pub built_in: bool,
    /// When it was made.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
}

/// Gives a new tenant its built-in groups.
pub fn insert_built_in(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<()> {
    let built_in = [
        (
            FULL_ACCESS,
            "Grants everything: reads and changes all data of this tenant.",
            "*:*",
        ),
        (
            READ_ONLY,
            "Grants reading: sees all data of this tenant and changes nothing.",
            "*:read",
        ),
    ];
    for (name, summary, scopes) in built_in {
        let row = Group {
            id: GroupId::new(),
            tenant_id: tenant,
            name: name.into(),
            summary: summary.into(),
            scopes: Scopes::parse(scopes).map_err(Error::internal)?,
            built_in: true,
            created_at: now,
        };
        insert(conn, row)?;
    }
    Ok(())
}

/// Inserts a group.
///
/// # Errors
/// `Invalid` at `name` when the tenant has a group with this name, to people who read it.
pub fn insert(conn: &mut Conn, group: Group) -> Result<()> {
    if is_taken!(conn, groups, &group)? {
        return Err(taken());
    }
    let key = groups::name_key.eq(name_key(&group.name));
    let done = diesel::insert_into(groups::table)
        .values((group, key))
        .execute(conn);
    done.map(|_| ()).map_err(name_taken)
}

/// Changes name, summary and scopes of a group.
///
/// # Errors
/// As [`insert`]; `NotFound`, also for a built-in group.
pub fn set(conn: &mut Conn, tenant: TenantId, group: &Group) -> Result<()> {
    let before = find_by_id(conn, tenant, group.id)?;
    // Those who shared a name before they had to differ keep it.
    let key = name_key(&group.name);
    let key = (key != name_key(&before.name)).then_some(key);
    if key.is_some() && is_taken!(conn, groups, group)? {
        return Err(taken());
    }
    let changed = diesel::update(groups::table)
        .filter(groups::id.eq(group.id))
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::built_in.eq(false))
        .filter(groups::deleted_at.is_null())
        .set((
            groups::name.eq(&group.name),
            groups::summary.eq(&group.summary),
            groups::scopes.eq(&group.scopes),
            key.map(|key| groups::name_key.eq(key)),
        ))
        .execute(conn)
        .map_err(name_taken)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Takes a group away. The row stays for the revoked keys that had it, under another name, so that its own is free.
///
/// # Errors
/// `NotFound`, also for a built-in group.
pub fn set_deleted(conn: &mut Conn, tenant: TenantId, group: &Group, now: Timestamp) -> Result<()> {
    let day = crate::domain::time::day(now);
    let mut name = format!("{} (deleted {day})", group.name);
    let taken: i64 = groups::table
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::name.eq(&name))
        .count()
        .get_result(conn)?;
    if taken > 0 {
        name = format!("{} (deleted {day}, {})", group.name, group.id);
    }
    let changed = diesel::update(groups::table)
        .filter(groups::id.eq(group.id))
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::built_in.eq(false))
        .filter(groups::deleted_at.is_null())
        .set((
            groups::name.eq(name),
            groups::name_key.eq(of_one("", group.id)),
            groups::deleted_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

fn name_taken(cause: diesel::result::Error) -> Error {
    if errors::is_duplicate(&cause) {
        taken()
    } else {
        cause.into()
    }
}

fn taken() -> Error {
    let text = "This tenant has a group with this name. Capital letters make no difference. Choose another name.";
    Error::invalid("name", text)
}

/// The groups of a tenant, in the order of the form.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Group>> {
    let query = groups::table
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::deleted_at.is_null())
        .order((groups::built_in.desc(), groups::name))
        .select(Group::as_select());
    rows::load(conn, query)
}

/// How many groups the tenant has.
pub fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64> {
    Ok(groups::table
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::deleted_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Keys of one of several groups.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct OfGroup {
    group_id: GroupId,
    #[diesel(select_expression = count_star())]
    keys: i64,
}

/// How many keys use each of the tenant's groups: all but the revoked ones. A group without any is left out.
pub fn count_keys(conn: &mut Conn, tenant: TenantId) -> Result<HashMap<GroupId, i64>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .filter(keys::revoked_at.is_null())
        .group_by(keys::group_id)
        .select(OfGroup::as_select());
    let counts = rows::load(conn, query)?.into_iter();
    Ok(counts.map(|of: OfGroup| (of.group_id, of.keys)).collect())
}

/// How many keys use a group.
pub fn count_keys_of(conn: &mut Conn, tenant: TenantId, group: GroupId) -> Result<i64> {
    Ok(keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::group_id.eq(group))
        .filter(keys::deleted_at.is_null())
        .filter(keys::revoked_at.is_null())
        .count()
        .get_result(conn)?)
}

/// A group of the tenant by its id.
///
/// # Errors
/// `NotFound`, also for another tenant's group.
pub fn find_by_id(conn: &mut Conn, tenant: TenantId, id: GroupId) -> Result<Group> {
    let query = groups::table
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::id.eq(id))
        .filter(groups::deleted_at.is_null())
        .select(Group::as_select());
    rows::first(conn, query)
}

/// A group of the tenant by id or by name. Capital letters and Unicode forms make no difference, unless several groups have
/// had such a name since before: then it has to be written exactly.
///
/// # Errors
/// `Invalid` at `field` when the tenant has no such group; another tenant's group is no such group.
pub fn find(conn: &mut Conn, tenant: TenantId, name_or_id: &str, field: &str) -> Result<Group> {
    let query = groups::table
        .filter(groups::tenant_id.eq(tenant))
        .filter(groups::deleted_at.is_null())
        .filter(
            groups::id
                .eq(name_or_id)
                .or(groups::name.eq(name_or_id))
                .or(is_named!(groups, name_key(name_or_id))),
        )
        .select(Group::as_select());
    let mut found: Vec<Group> = rows::load(conn, query)?;
    if found.len() > 1 {
        found.retain(|group| group.name == name_or_id || group.id.to_string() == name_or_id);
    }
    found
        .pop()
        .ok_or_else(|| Error::invalid(field, "Choose one of this tenant's authorization groups."))
}

/// Reads the scopes of a group that a row showed as text.
///
/// # Errors
/// `Internal` when they make no sense.
pub fn read_scopes(id: GroupId, text: &str) -> Result<Scopes> {
    Scopes::parse(text).map_err(rows::failure("authorization_groups", "scopes", id))
}

/// Groups of any tenant, for the index: also deleted ones, which revoked keys still have.
pub fn find_for_index(conn: &mut Conn, ids: &[GroupId]) -> Result<Vec<Group>> {
    let query = groups::table
        .filter(groups::id.eq_any(ids))
        .select(Group::as_select());
    rows::load(conn, query)
}
