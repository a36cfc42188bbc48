//! Another secret for a key: same id, same settings. The old secret works on for a grace, which can be extended,
//! ended or turned back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::keys::{check_reason, must_have_room, note_state, of_asker};
use super::{Object, disclosures, must_bound, must_stand_above, peppers, record};
use crate::db::key_rotations::{End, Kept, NewRotation, Rotation};
use crate::db::key_updates::{self, KeyUpdate};
use crate::db::keys::Key;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::bounds::Bounds;
use crate::domain::id::{KeyId, RotationId};
use crate::domain::key::{State, check_expiry};
use crate::domain::key_rotations::Grace;
use crate::domain::key_text::KeySecret;
use crate::domain::master_key::MasterKeys;
use crate::domain::pepper::Pepper;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::time::{Timestamp, rfc3339};
use crate::domain::{Conflict, Error, Result};

/// Ended secrets that are kept of a key, so that whoever still sends one is told whose it was. Older ones are unknown:
/// a key that rotates every minute must not fill the index.
const KEPT_SECRETS: i64 = 20;

/// What rotating needs.
#[derive(Debug, Clone, Copy)]
pub struct Rotating<'a> {
    /// Newest pepper.
    pub pepper: &'a Pepper,
    /// Seals the new secret of a key whose old one is kept sealed.
    pub master_keys: &'a MasterKeys,
    /// How long the old secret works on.
    pub grace: Grace,
    /// New end of the key's life; `Some(None)` for never, `None` to keep it.
    pub expires_at: Option<Option<Timestamp>>,
    /// Why, for the audit log; may be empty.
    pub reason: &'a str,
    /// True to put another new secret in place of one that nobody used; else a running rotation is a conflict.
    pub replaces_unused: bool,
    /// Makes a repeated request harmless: it changes nothing, and shows no secret.
    pub idempotency_key: Option<&'a str>,
}

impl Rotating<'_> {
    /// What is asked for, in words that a repeated request can be compared with.
    fn asked(&self) -> String {
        let expires = match self.expires_at {
            None => "as before".into(),
            Some(None) => "never".into(),
            Some(Some(at)) => rfc3339(at),
        };
        format!("grace {}, expires {expires}", self.grace.text())
    }
}

/// What came of rotating.
#[derive(Debug)]
pub enum Rotated {
    /// The key, and its new secret for the one answer that shows it.
    New(Key, KeySecret),
    /// The request was made before.
    Replayed(Key),
}

/// Gives a key another secret. The old one of an expired key ends at once: nobody could use it.
///
/// # Errors
/// `Forbidden` without the right, for a key with more rights than the acting key's, or when a key extends its own life;
/// `NotFound`; `Invalid` at `expires_at` or `reason`; the conflicts `key-revoked`, `rotation-running` and `key-limit-reached`, the
/// last when an expired key would come back; `idempotency-key-reused` when the first request asked for something else.
pub fn rotate(conn: &mut Conn, by: &Actor, id: KeyId, how: Rotating<'_>) -> Result<Rotated> {
    by.must_hold(Right::ChangeKeys)?;
    let reason = check_reason(how.reason)?;
    // Another tenant's id must not move the log.
    db::keys::find(conn, by.tenant, id)?;
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    peppers::must_be_in_use(conn, how.pepper)?;
    let key = changeable(conn, by, id)?;
    if let Some(own) = how.idempotency_key
        && let Some(earlier) =
            db::key_rotations::find_asked(conn, by.tenant, id, &of_asker(by, own))?
    {
        return replay(key, earlier.as_deref(), &how);
    }
    let key = if how.grace.is_none() {
        key
    } else {
        without_unused(conn, by, key, &how)?
    };
    let was_expired = key.state(by.now) == State::Expired;
    set_expiry(conn, by, &key, how.expires_at)?;
    let grace = if was_expired {
        Grace::Seconds(0)
    } else {
        how.grace
    };
    if grace.is_none() {
        db::key_rotations::end_running(conn, by.tenant, id, by.now)?;
    }
    let secret = KeySecret::after(&key.key_prefix)?;
    let new = Kept {
        digest: how.pepper.digest(secret.expose()),
        pepper_version: how.pepper.version(),
        last4: secret.last4().to_owned(),
    };
    give(conn, by, &key, &new, &how, end_of(grace, by.now))?;
    if key.sealed.is_some() {
        disclosures::replace(conn, by, &key, &secret, how.master_keys)?;
    }
    let mut detail = json!({ "old": key.last4, "new": new.last4, "grace": grace.text() });
    if let Some(at) = how.expires_at {
        detail["expires_at"] = json!(at.map(rfc3339));
    }
    if !reason.is_empty() {
        detail["reason"] = json!(reason);
    }
    note(conn, by, &key, rev, &Event::KeyRotated(detail))?;
    Ok(Rotated::New(db::keys::find(conn, by.tenant, id)?, secret))
}

/// The key before its running rotation, when nobody used the secret that this one brought: whoever asked for it lost the
/// answer. A key that asks itself used it.
fn without_unused(conn: &mut Conn, by: &Actor, key: Key, how: &Rotating<'_>) -> Result<Key> {
    let Some(rotation) = running(conn, by, key.id)? else {
        return Ok(key);
    };
    if !how.replaces_unused || rotation.new.at.is_some() || by.is_key(key.id) {
        return Err(Conflict::RotationRunning.into());
    }
    let event = go_back(conn, by, &key, &rotation)?;
    record(conn, by, &event, Object::of_key(&key))?;
    db::keys::find(conn, by.tenant, key.id)
}

/// Gives the key its old secret back; the new one ends now.
fn go_back(conn: &mut Conn, by: &Actor, key: &Key, rotation: &Rotation) -> Result<Event> {
    let new = db::key_rotations::kept_of_key(conn, by.tenant, key.id)?;
    let old = db::key_rotations::kept_of_rotation(conn, by.tenant, rotation.id)?;
    db::key_rotations::cancel(conn, by.tenant, rotation.id, &new, by.now)?;
    db::key_rotations::give(conn, by.tenant, key.id, &old, by.now)?;
    let detail = json!({ "back_to": rotation.last4, "given_up": key.last4 });
    Ok(Event::KeyRotationCancelled(detail))
}

/// Puts the new secret in place of the one that the key has, which is kept until its `end`.
fn give(
    conn: &mut Conn,
    by: &Actor,
    key: &Key,
    new: &Kept,
    how: &Rotating<'_>,
    end: End,
) -> Result<()> {
    let lost = db::key_rotations::kept_of_key(conn, by.tenant, key.id)?;
    db::key_rotations::give(conn, by.tenant, key.id, new, by.now)?;
    db::key_rotations::insert(
        conn,
        NewRotation {
            id: RotationId::new(),
            tenant_id: by.tenant,
            key_id: key.id,
            lost,
            idempotency_key: how.idempotency_key.map(|own| of_asker(by, own)),
            asked: how.idempotency_key.map(|_| how.asked()),
            rotated_at: by.now,
            end,
            used_address: "",
            used_program: "",
            new_used_address: "",
            new_used_program: "",
        },
    )?;
    forget_oldest(conn, by, key.id)
}

/// Whoever follows the log drops each digest with its own revision.
fn forget_oldest(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<()> {
    let forgotten = db::key_rotations::prune(conn, by.tenant, id, KEPT_SECRETS, by.now)?;
    for digest in forgotten {
        change_log::append_move(conn, change_log::Item::Key(id), &digest)?;
    }
    Ok(())
}

/// True when a request with this idempotency key rotated the key before.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn was_rotated(conn: &mut Conn, by: &Actor, id: KeyId, idempotency_key: &str) -> Result<bool> {
    let asked = db::key_rotations::find_asked(conn, by.tenant, id, &of_asker(by, idempotency_key))?;
    Ok(asked.is_some())
}

/// The key as the first request left it, unless this one asks for something else under the same idempotency key.
fn replay(key: Key, earlier: Option<&str>, how: &Rotating<'_>) -> Result<Rotated> {
    if earlier.is_none_or(|earlier| earlier == how.asked()) {
        return Ok(Rotated::Replayed(key));
    }
    Err(Conflict::IdempotencyKeyReused.into())
}

/// The key under the lock of the change, if it may be changed.
fn changeable(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    let key = db::keys::find(conn, by.tenant, id)?;
    if key.revoked_at.is_some() {
        return Err(Conflict::KeyRevoked.into());
    }
    must_stand_above(conn, by, &key, "A key can't rotate a key")?;
    Ok(key)
}

/// Sets the new end of the key's life, as far as the actor may.
#[allow(
    clippy::option_option,
    reason = "kept, never and an instant are three things"
)]
fn set_expiry(
    conn: &mut Conn,
    by: &Actor,
    key: &Key,
    wanted: Option<Option<Timestamp>>,
) -> Result<()> {
    let before = key.expires_at;
    let is_expired = key.state(by.now) == State::Expired;
    let Some(wanted) = wanted else {
        if is_expired {
            let text = "This key has expired: choose a new expiration for it.";
            return Err(Error::invalid("expires_at", text));
        }
        return Ok(());
    };
    let wanted = check_expiry(wanted, by.now).map_err(|text| Error::invalid("expires_at", text))?;
    let is_itself = by.is_key(key.id);
    let extends = before.is_some_and(|before| wanted.is_none_or(|wanted| wanted > before));
    if is_itself && extends {
        return Err(Error::Forbidden(
            "A key can't extend its own life; ask a tenant admin, or use another key.".into(),
        ));
    }
    let addresses = (&key.ip_allowlist, key.ip_allowlist_mode);
    must_bound(conn, by, &Bounds::new(wanted, addresses, key.rate_limit.0))?;
    if is_expired {
        must_have_room(conn, by)?;
    }
    let update = KeyUpdate {
        expires_at: Some(wanted.into()),
        ..KeyUpdate::default()
    };
    key_updates::set(conn, by.tenant, key.id, update)
}

fn end_of(grace: Grace, now: Timestamp) -> End {
    End {
        ends_at: grace.ends_at(now),
        quiet_seconds: grace.quiet_seconds(),
    }
}

/// The rotation of the key that runs now, if one does. There is at most one.
pub(super) fn running(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Option<Rotation>> {
    let mut found = db::key_rotations::list_running(conn, by.tenant, &[id], by.now)?;
    Ok(found.pop())
}

pub(super) fn note(conn: &mut Conn, by: &Actor, key: &Key, rev: i64, event: &Event) -> Result<()> {
    note_state(conn, key.id, rev)?;
    let object = Object::of_key(key);
    record(conn, by, event, object)
}

/// Has a change of the running rotation made, under the lock of the change log.
fn change_running(
    conn: &mut Conn,
    by: &Actor,
    id: KeyId,
    change: impl FnOnce(&mut Conn, &Key, &Rotation) -> Result<Event>,
) -> Result<Key> {
    by.must_hold(Right::ChangeKeys)?;
    db::keys::find(conn, by.tenant, id)?;
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    let key = changeable(conn, by, id)?;
    let rotation = running(conn, by, id)?.ok_or(Conflict::NoRotationRunning)?;
    let event = change(conn, &key, &rotation)?;
    note(conn, by, &key, rev, &event)?;
    db::keys::find(conn, by.tenant, id)
}

/// Lets the old secret work for another grace, counted from now.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` at `grace` when it is none; the conflicts `key-revoked` and
/// `no-rotation-running`.
pub fn extend(conn: &mut Conn, by: &Actor, id: KeyId, grace: Grace) -> Result<Key> {
    if grace.is_none() {
        let text = "Choose how long the old secret goes on working.";
        return Err(Error::invalid("grace", text));
    }
    change_running(conn, by, id, |conn, key, rotation| {
        must_be_later(rotation, grace, by.now)?;
        db::key_rotations::set_end(conn, by.tenant, rotation.id, end_of(grace, by.now))?;
        Ok(Event::KeyRotationExtended(told(
            key,
            rotation,
            &grace.text(),
        )))
    })
}

/// To end the old secret earlier is another question, with its own facts.
fn must_be_later(rotation: &Rotation, grace: Grace, now: Timestamp) -> Result<()> {
    let (old, new) = (rotation.ends_at, grace.ends_at(now));
    let earlier = matches!((old, new), (Some(old), Some(new)) if new < old)
        || new.is_none() && rotation.quiet_seconds.is_none() && is_resting(rotation, grace, now);
    if earlier {
        let text = "That would end the old secret earlier. Choose a longer time, or finish the rotation now.";
        return Err(Error::invalid("grace", text));
    }
    Ok(())
}

/// True when the old secret rested long enough already to end at once.
fn is_resting(rotation: &Rotation, grace: Grace, now: Timestamp) -> bool {
    let used = rotation.old.at.unwrap_or(rotation.rotated_at);
    let quiet = grace.quiet_seconds().map(TimeDelta::seconds);
    quiet.is_some_and(|quiet| used + quiet <= now)
}

/// Ends the old secret now.
///
/// # Errors
/// `Forbidden`; `NotFound`; the conflicts `key-revoked` and `no-rotation-running`.
pub fn finish(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    change_running(conn, by, id, |conn, key, rotation| {
        db::key_rotations::end_running(conn, by.tenant, id, by.now)?;
        let text = Grace::Seconds(0).text();
        Ok(Event::KeyRotationEnded(told(key, rotation, &text)))
    })
}

/// Goes back to the old secret; the new one ends now.
///
/// # Errors
/// As [`finish`].
pub fn cancel(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    change_running(conn, by, id, |conn, key, rotation| {
        // What was kept is the secret that is given up; nobody has the old one any more.
        db::sealed_secrets::delete(conn, by.tenant, id)?;
        go_back(conn, by, key, rotation)
    })
}

pub(super) fn told(key: &Key, rotation: &Rotation, grace: &str) -> Value {
    json!({ "old": rotation.last4, "new": key.last4, "grace": grace })
}
