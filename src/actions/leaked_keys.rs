//! Keys that somebody found where they do not belong: whose they are, and off at once. Their own tenant decides what
//! follows: another secret, or the end of the key.

use serde_json::json;

use super::key_lookups::{self, NOT_WHOLE};
use super::keys::note_state;
use super::{Object, record, record_by_supporter};
use crate::db::keys::Key;
use crate::db::leaked_keys::LeakedKey;
use crate::db::tenants::Tenant;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::pepper::Peppers;
use crate::domain::role::{Actor, Supporter, Who};
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result, key_text, limits};

/// Who tells a tenant that a key was found by somebody who sent it to the public page.
pub const HOLDER: &str = "Somebody who has it";
/// Most characters of where a key was found.
pub const LONGEST_PLACE: usize = 300;

/// A key that staff looked up.
#[derive(Debug, Clone)]
pub struct Found {
    /// The key.
    pub key: Key,
    /// Its tenant.
    pub tenant: Tenant,
    /// The key goes on with another secret: the one that was found does not work any more.
    pub is_replaced: bool,
}

/// Whose key a text is, for staff, whatever stands around it; `None` when no listed key has or had it. That staff looked
/// is in the tenant's log.
///
/// # Errors
/// `Invalid` at `key` for a text without a whole key in it.
pub fn look_up(
    conn: &mut Conn,
    by: &Supporter,
    peppers: &Peppers,
    text: &str,
) -> Result<Option<Found>> {
    let text = key_text::find_in(text).ok_or_else(|| Error::invalid("key", NOT_WHOLE))?;
    let Some(of) = key_lookups::whose(conn, peppers, text)? else {
        return Ok(None);
    };
    let found = look_at(conn, by, of.tenant, of.key)?;
    Ok(found.map(|found| Found {
        is_replaced: of.ends_at.is_some_and(|end| end <= by.now),
        ..found
    }))
}

/// A listed key and its tenant, for staff; that it looked is in the tenant's log.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn look_at(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    id: KeyId,
) -> Result<Option<Found>> {
    let Some(found) = find(conn, tenant, id)? else {
        return Ok(None);
    };
    let object = Object::of_key(&found.key);
    record_by_supporter(conn, by, Some(tenant), &Event::KeyLookedUp, object)?;
    Ok(Some(found))
}

fn find(conn: &mut Conn, tenant: TenantId, id: KeyId) -> Result<Option<Found>> {
    let key = match db::keys::find(conn, tenant, id) {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    let tenant = db::tenants::find(conn, tenant)?;
    Ok(Some(Found {
        key,
        tenant,
        is_replaced: false,
    }))
}

/// Staff switches a key off that somebody found.
///
/// # Errors
/// `NotFound`; `Invalid` at `reason`; a conflict `key-revoked`.
pub fn contain(
    conn: &mut Conn,
    by: &Supporter,
    (tenant, id): (TenantId, KeyId),
    reason: &str,
) -> Result<Key> {
    let place = limits::check_reason(reason).map_err(|text| Error::invalid("reason", text))?;
    let who = format!("{}, support", by.name);
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    let key = switch_off(conn, (tenant, id, rev), by.now, (&who, &place))?;
    let event = Event::KeyContained(json!({ "place": place, "by": who }));
    record_by_supporter(conn, by, Some(tenant), &event, Object::of_key(&key))?;
    Ok(key)
}

/// Whoever has a key says that it leaked: it speaks for itself, so no other right is needed. One that is revoked, or said
/// to be leaked already, stays as it is.
///
/// # Errors
/// `Forbidden` unless a key acts.
pub fn report(conn: &mut Conn, by: &Actor, place: &str) -> Result<()> {
    let Who::Key { id, ref secret, .. } = by.who else {
        return Err(Error::Forbidden("Only a key can report itself.".into()));
    };
    // Anybody may say so again and again: that takes no lock.
    if is_settled(conn, by.tenant, id)? {
        change_log::stands();
        return Ok(());
    }
    change_log::hold(conn)?;
    let is_settled = is_settled(conn, by.tenant, id)?;
    if is_settled || !db::key_rotations::has_secret(conn, (by.tenant, id), secret, by.now)? {
        return Ok(());
    }
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    let key = switch_off(conn, (by.tenant, id, rev), by.now, (HOLDER, place))?;
    let event = Event::KeyContained(json!({ "place": place, "by": HOLDER }));
    record(conn, by, &event, Object::of_key(&key))
}

/// Whether nothing is left to do about a key.
fn is_settled(conn: &mut Conn, tenant: TenantId, id: KeyId) -> Result<bool> {
    let Some(Found { key, .. }) = find(conn, tenant, id)? else {
        return Ok(true);
    };
    Ok(key.revoked_at.is_some() || db::leaked_keys::find(conn, tenant, id)?.is_some())
}

/// Under the lock of the change log: the key does nothing from now on, and its tenant is told.
fn switch_off(
    conn: &mut Conn,
    (tenant, id, rev): (TenantId, KeyId, i64),
    now: Timestamp,
    (who, place): (&str, &str),
) -> Result<Key> {
    let key = db::keys::find(conn, tenant, id)?;
    if key.revoked_at.is_some() {
        return Err(Conflict::KeyRevoked.into());
    }
    if key.disabled_at.is_none() {
        db::keys::set_disabled(conn, tenant, id, Some(now))?;
    }
    db::leaked_keys::put(
        conn,
        &LeakedKey {
            key_id: id,
            tenant_id: tenant,
            reported_at: now,
            reported_by: who.into(),
            place: place.into(),
        },
    )?;
    note_state(conn, id, rev)?;
    Ok(key)
}
