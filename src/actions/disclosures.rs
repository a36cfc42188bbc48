//! Keys whose secret may be shown again: sealed when they are made, opened for an admin who proved who they are.

use super::keys::{self, Issued, Issuing};
use super::{Object, master_keys, record};
use crate::db::keys::Key;
use crate::db::{self, Conn, sealed_secrets};
use crate::domain::audit::Event;
use crate::domain::id::KeyId;
use crate::domain::key::Draft;
use crate::domain::key_text::KeySecret;
use crate::domain::master_key::MasterKeys;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::sealing::Owner;
use crate::domain::{Conflict, Error, Result};

/// Issues a key and keeps a sealed copy of its secret.
///
/// # Errors
/// As [`keys::issue`]; `Invalid` at `recoverable` when the tenant does not allow it.
pub fn issue(
    conn: &mut Conn,
    by: &Actor,
    draft: &Draft,
    issuing: Issuing<'_>,
    master_keys: &MasterKeys,
) -> Result<Issued> {
    let issued = keys::issue(conn, by, draft, issuing)?;
    if let Issued::New(key, secret) = &issued {
        if !db::tenants::hold_recoverable_keys(conn, by.tenant)? {
            let text =
                "Your organization does not allow this, see Settings. The secret is shown once.";
            return Err(Error::invalid("recoverable", text));
        }
        keep(conn, by, key, secret, master_keys)?;
    }
    Ok(issued)
}

/// Keeps the new secret of a key in place of the one of which a copy was kept; no copy any more, if the tenant forbade
/// that meanwhile. Call it in the transaction that makes the secret, after the change log's lock was taken.
///
/// # Errors
/// `Unavailable` when the database is away.
pub(super) fn replace(
    conn: &mut Conn,
    by: &Actor,
    key: &Key,
    secret: &KeySecret,
    master_keys: &MasterKeys,
) -> Result<()> {
    if db::tenants::hold_recoverable_keys(conn, by.tenant)? {
        keep(conn, by, key, secret, master_keys)
    } else {
        sealed_secrets::delete(conn, by.tenant, key.id)
    }
}

/// Keeps a sealed copy of a secret, in place of an earlier one.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn keep(
    conn: &mut Conn,
    by: &Actor,
    key: &Key,
    secret: &KeySecret,
    master_keys: &MasterKeys,
) -> Result<()> {
    let owner = Owner {
        tenant: by.tenant,
        key: key.id,
    };
    let sealed = master_keys.seal_copy(owner, secret.expose())?;
    master_keys::must_be_in_use(conn, sealed.master_key_version)?;
    sealed_secrets::put(conn, owner, sealed)?;
    record(conn, by, &Event::KeySealed, Object::of_key(key))
}

/// What came of opening a sealed copy.
#[derive(Debug)]
pub enum Revealed {
    /// The secret, for the one answer that shows it.
    Secret(KeySecret),
    /// The copy was damaged, or belongs to another key. The audit log has a row about it.
    Damaged,
}

/// Opens the sealed copy of a key's secret. Whoever calls it has just checked the person's password.
///
/// # Errors
/// `Forbidden` for viewers, keys and commands; `NotFound`; a conflict `not-recoverable` when no copy is kept.
pub fn reveal(
    conn: &mut Conn,
    by: &Actor,
    id: KeyId,
    master_keys: &MasterKeys,
) -> Result<Revealed> {
    let key = find(conn, by, id)?;
    let owner = Owner {
        tenant: by.tenant,
        key: id,
    };
    let sealed = sealed_secrets::find(conn, owner)?.ok_or(Conflict::NotRecoverable)?;
    master_keys::must_be_at_hand(conn, master_keys, sealed.master_key_version)?;
    let opened = master_keys
        .open_copy(owner, &sealed)
        .and_then(KeySecret::reopened);
    let Some(secret) = opened else {
        tracing::error!(key = %key.id, "the sealed secret of a key can't be opened: it was changed in the database");
        record(conn, by, &Event::KeySecretDamaged, Object::of_key(&key))?;
        return Ok(Revealed::Damaged);
    };
    record(conn, by, &Event::KeySecretRevealed, Object::of_key(&key))?;
    Ok(Revealed::Secret(secret))
}

/// Notes that a secret was asked for without the right password.
///
/// # Errors
/// As [`find`].
pub fn note_refusal(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<()> {
    let key = find(conn, by, id)?;
    record(conn, by, &Event::KeySecretRefused, Object::of_key(&key))
}

/// The key whose secret somebody wants to see again.
///
/// # Errors
/// `Forbidden` for viewers, keys and commands; `NotFound`; a conflict `not-recoverable` when no copy is kept.
pub fn find(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    by.must_hold(Right::RevealSecrets)?;
    if by.person().is_none() {
        return Err(Error::Forbidden(
            "Only a person can see a secret again: sign in and open the page of the key.".into(),
        ));
    }
    let key = db::keys::find(conn, by.tenant, id)?;
    if key.sealed.is_none() {
        return Err(Conflict::NotRecoverable.into());
    }
    Ok(key)
}
