//! Switching a key off for now, and on again.

use super::keys::note_state;
use super::{Object, must_stand_above, record};
use crate::db::keys::Key;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::KeyId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Conflict, Result};

/// Switches a key off. One that is off already stays as it is.
///
/// # Errors
/// `Forbidden` without the right, or for a key with more rights than the acting key's; `NotFound`; a conflict
/// `key-revoked`.
pub fn disable(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    switch(conn, by, id, true)
}

/// Switches a key on again. It counted toward the limit all the time; an expired one stays expired.
///
/// # Errors
/// As [`disable`].
pub fn enable(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    switch(conn, by, id, false)
}

fn switch(conn: &mut Conn, by: &Actor, id: KeyId, off: bool) -> Result<Key> {
    by.must_hold(Right::ChangeKeys)?;
    // First, for its lock: what is compared then is what is changed.
    change_log::hold(conn)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    if !differs(conn, &key, by, off)? {
        change_log::stands();
        return Ok(key);
    }
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    db::keys::set_disabled(conn, by.tenant, id, off.then_some(by.now))?;
    note_state(conn, id, rev)?;
    if !off {
        db::leaked_keys::delete(conn, id)?;
    }
    let event = if off {
        Event::KeyDisabled
    } else {
        Event::KeyEnabled
    };
    let object = Object::of_key(&key);
    record(conn, by, &event, object)?;
    db::keys::find(conn, by.tenant, id)
}

/// False when the key is as it is wanted.
fn differs(conn: &mut Conn, key: &Key, by: &Actor, off: bool) -> Result<bool> {
    if key.revoked_at.is_some() {
        return Err(Conflict::KeyRevoked.into());
    }
    must_stand_above(conn, by, key, "A key can't disable or enable a key")?;
    Ok(key.disabled_at.is_some() != off)
}
