//! Tenants that are deleted, with all that is theirs. Which tables that is, is written here, and tested against the
//! schema.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::schema::{memberships, tenants};
use super::{Conn, audit_heads, rows};
use crate::domain::Result;
use crate::domain::id::{TenantId, UserId};
use crate::domain::time::Timestamp;

/// Tables with rows of a tenant that nothing else refers to once those before it are empty, and what tells a row of them
/// apart. Keys come between the two lists.
const BEFORE_KEYS: &[(&str, &str)] = &[
    ("leaked_keys", "key_id"),
    ("sealed_secrets", "key_id"),
    ("key_rotations", "id"),
    ("observed_callers", "key_id, address"),
    ("request_records", "id"),
    ("integration_reads", "credential_id, project_id, start"),
    ("integration_credentials", "id"),
];
const AFTER_KEYS: &[(&str, &str)] = &[
    ("integrations", "id"),
    ("projects", "id"),
    ("authorization_groups", "id"),
    ("limit_messages", "id"),
    ("limit_requests", "id"),
    ("limit_ends", "tenant_id"),
    ("support_grants", "id"),
    ("outbox", "id"),
    ("access_requests", "id"),
    ("feature_switches", "tenant_id, feature"),
    ("invitations", "id"),
    ("audit_events", "id"),
];
/// Keys that go at once, with their usage: up to some thousand rows each.
const KEYS: i64 = 50;

/// Sets when a tenant is deleted, by whose decision and why; or takes that back. False once the deletion has begun.
pub fn set(
    conn: &mut Conn,
    id: TenantId,
    decision: Option<(Timestamp, &str, &str)>,
) -> Result<bool> {
    let (at, by, reason) = match decision {
        Some((at, by, reason)) => (Some(at.naive_utc()), by, reason),
        None => (None, "", ""),
    };
    let changed = diesel::update(tenants::table.find(id))
        .filter(tenants::deletion_begun_at.is_null())
        .set((
            tenants::deletion_at.eq(at),
            tenants::deletion_by.eq(by),
            tenants::deletion_reason.eq(reason),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// A tenant whose deletion is due.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = tenants)]
pub struct Due {
    /// The tenant.
    pub id: TenantId,
    /// When its deletion began, if it has.
    pub deletion_begun_at: Option<Timestamp>,
}

/// The tenants whose deletion is due.
pub fn list_due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Due>> {
    let query = tenants::table
        .filter(tenants::deletion_at.le(now.naive_utc()))
        .select(Due::as_select());
    rows::load(conn, query)
}

/// Notes that a deletion that is due has begun; false when it has already, or was taken back.
pub fn set_begun(conn: &mut Conn, id: TenantId, now: Timestamp) -> Result<bool> {
    let changed = diesel::update(tenants::table.find(id))
        .filter(tenants::deletion_at.le(now.naive_utc()))
        .filter(tenants::deletion_begun_at.is_null())
        .set(tenants::deletion_begun_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(changed == 1)
}

/// True when a tenant is gone, or going.
pub fn is_gone(conn: &mut Conn, id: TenantId) -> Result<bool> {
    let left = tenants::table
        .find(id)
        .filter(tenants::deletion_begun_at.is_null());
    let is_left: bool = diesel::select(diesel::dsl::exists(left)).get_result(conn)?;
    Ok(!is_left)
}

/// Deletes about `most` rows of the tenant, those first on which others depend; false when none is left but its people's
/// and its own.
pub fn delete_some(conn: &mut Conn, id: TenantId, most: i64) -> Result<bool> {
    for &table in BEFORE_KEYS {
        if delete_of(conn, table, id, most)? > 0 {
            return Ok(true);
        }
    }
    if delete_keys(conn, id)? > 0 {
        return Ok(true);
    }
    for &table in AFTER_KEYS {
        forget_history(conn, table.0, id)?;
        if delete_of(conn, table, id, most)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn delete_of(
    conn: &mut Conn,
    (table, key): (&str, &str),
    id: TenantId,
    most: i64,
) -> Result<usize> {
    let statement = format!(
        "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE tenant_id = $1 LIMIT $2)"
    );
    Ok(diesel::sql_query(statement)
        .bind::<Text, _>(id.to_string())
        .bind::<BigInt, _>(most)
        .execute(conn)?)
}

/// Deletes the first of the tenant's keys, with their usage and what the change log tells of them.
fn delete_keys(conn: &mut Conn, id: TenantId) -> Result<usize> {
    let first = "SELECT id FROM api_keys WHERE tenant_id = $1 ORDER BY id LIMIT $2";
    let mut keys = 0;
    for statement in [
        format!("UPDATE change_log SET payload = '{{}}' WHERE item IN ({first})"),
        format!("DELETE FROM kept_allowlists WHERE key_id IN ({first})"),
        format!("DELETE FROM key_usage WHERE key_id IN ({first})"),
        format!("DELETE FROM api_keys WHERE id IN ({first})"),
    ] {
        keys = diesel::sql_query(statement)
            .bind::<Text, _>(id.to_string())
            .bind::<BigInt, _>(KEYS)
            .execute(conn)?;
    }
    Ok(keys)
}

/// Takes out of the change log what it tells of groups: their names and scopes. That something changed stays.
fn forget_history(conn: &mut Conn, table: &str, id: TenantId) -> Result<()> {
    if table != "authorization_groups" {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE change_log SET payload = '{}' WHERE payload <> '{}' AND item IN \
         (SELECT id FROM authorization_groups WHERE tenant_id = $1)",
    )
    .bind::<Text, _>(id.to_string())
    .execute(conn)?;
    Ok(())
}

/// Some of who is in the tenant.
pub fn some_people(conn: &mut Conn, id: TenantId, most: i64) -> Result<Vec<UserId>> {
    let query = memberships::table
        .filter(memberships::tenant_id.eq(id))
        .order(memberships::user_id)
        .limit(most)
        .select(Belonging::as_select());
    let found: Vec<Belonging> = rows::load(conn, query)?;
    Ok(found.into_iter().map(|one| one.user_id).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct Belonging {
    user_id: UserId,
}

/// Ends the sessions in which a person works in the tenant.
pub fn end_sessions(conn: &mut Conn, id: TenantId, user: UserId) -> Result<()> {
    diesel::sql_query("DELETE FROM sessions WHERE user_id = $1 AND state LIKE '%' || $2 || '%'")
        .bind::<Text, _>(user.to_string())
        .bind::<Text, _>(id.to_string())
        .execute(conn)?;
    Ok(())
}

/// Deletes an account. Keys that the person still looks after, in tenants that they left, name them in words.
pub fn delete_account(conn: &mut Conn, user: UserId) -> Result<()> {
    for statement in [
        "UPDATE api_keys SET owner_text = substr((SELECT name FROM users WHERE id = $1), 1, 100), owner_id = NULL \
         WHERE owner_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
        "DELETE FROM support_grants WHERE user_id = $1",
        "DELETE FROM second_factors WHERE user_id = $1",
        "DELETE FROM recovery_codes WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1",
    ] {
        diesel::sql_query(statement)
            .bind::<Text, _>(user.to_string())
            .execute(conn)?;
    }
    Ok(())
}

/// Deletes the tenant itself, once nothing else of it is left, with the head of its audit log; false when another server
/// did. The change log goes on without its id.
pub fn delete(conn: &mut Conn, id: TenantId) -> Result<bool> {
    let nobody = TenantId::from_bytes([0; 16]).to_string();
    diesel::sql_query("UPDATE change_log SET item = $1, payload = '{}' WHERE item = $2")
        .bind::<Text, _>(nobody)
        .bind::<Text, _>(id.to_string())
        .execute(conn)?;
    audit_heads::delete(conn, &id.to_string())?;
    Ok(diesel::delete(tenants::table.find(id)).execute(conn)? == 1)
}
