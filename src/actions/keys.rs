//! The life of an API key: issue, revoke, delete. Each is one transaction with its audit row.

use serde_json::json;

use super::{
    Object, key_owners, limit_ends, must_bound, must_stand_above, peppers, record, version_of,
};
use crate::db::key_owners::Columns;
use crate::db::keys::{Key, NewKey};
use crate::db::projects::Project;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::{GroupId, KeyId};
use crate::domain::key::Draft;
use crate::domain::key_text::{self, KeySecret};
use crate::domain::list_change::ListChange;
use crate::domain::numbers::Count;
use crate::domain::pepper::{Pepper, SecretDigests};
use crate::domain::right::Right;
use crate::domain::role::{Actor, Who};
use crate::domain::validate;
use crate::domain::{Conflict, Error, Result};

/// What issuing needs beside the draft.
#[derive(Debug, Clone, Copy)]
pub struct Issuing<'a> {
    /// Brand of the installation.
    pub brand: &'a str,
    /// Newest pepper.
    pub pepper: &'a Pepper,
    /// Group by id or name; `None` takes Full access.
    pub group: Option<&'a str>,
    /// Project by id; `None` takes that of the key that asks, or the whole tenant.
    pub project: Option<&'a str>,
    /// Makes a repeated request harmless: the key of the first one is returned, without its secret.
    pub idempotency_key: Option<&'a str>,
}

/// What came of issuing.
#[derive(Debug)]
pub enum Issued {
    /// A new key, and its secret for the one answer that shows it.
    New(Key, KeySecret),
    /// The request was made before: the key of that time.
    Replayed(Key),
}

/// Issues a key.
///
/// # Errors
/// `Forbidden` without the right; `Invalid` at `authorization_group` or `project`, or where a key that asks would go beyond
/// its own bounds; a conflict `key-limit-reached`.
pub fn issue(conn: &mut Conn, by: &Actor, draft: &Draft, issuing: Issuing<'_>) -> Result<Issued> {
    by.must_hold(Right::ChangeKeys)?;
    let id = KeyId::new();
    // First, for its lock: the count below then sees every key that was committed before.
    let rev = change_log::append_more(conn, change_log::Item::Key(id))?;
    peppers::must_be_in_use(conn, issuing.pepper)?;
    // Before anything is looked up: groups and projects may have other names by now, and owners be gone.
    if let Some(own) = issuing.idempotency_key
        && let Some((key, earlier)) =
            db::keys::find_by_idempotency_key(conn, by.tenant, &of_asker(by, own))?
    {
        return replay(key, earlier.as_deref(), &asked(draft, &issuing));
    }
    let group = db::groups::find(
        conn,
        by.tenant,
        issuing.group.unwrap_or(db::groups::FULL_ACCESS),
        "authorization_group",
    )?;
    by.must_cover(&group.scopes)?;
    must_bound(conn, by, &draft.bounds())?;
    let project = project_of(conn, by, issuing.project)?;
    let project_id = project.as_ref().map(|project| project.id);
    must_have_room(conn, by)?;
    let secret = KeySecret::generate(issuing.brand, draft.environment)?;
    let mut row = new_row(by, id, draft, group.id, &secret, issuing);
    row.project_id = project_id;
    let owner = key_owners::of_new_key(conn, by, &draft.owner)?;
    row.owner = (&owner).into();
    db::keys::insert(conn, row)?;
    note_state(conn, id, rev)?;
    let detail = json!({
        "key": key_text::hint(&key_text::prefix(issuing.brand, draft.environment), secret.last4()),
        "authorization_group": group.name,
        "project": project.map(|project| project.name),
        "owner": owner.shown(),
        "expires_at": draft.expires_at.map(crate::domain::time::rfc3339),
        "ip_allowlist": ListChange::between(&[], &draft.ip_allowlist.entries()).kept(),
        "ip_allowlist_mode": draft.ip_allowlist_mode.as_str(),
        "rate_limit": draft.rate_limit.map(|limit| limit.to_string()),
    });
    let key = db::keys::find(conn, by.tenant, id)?;
    record(conn, by, &Event::KeyCreated(detail), Object::of_key(&key))?;
    Ok(Issued::New(key, secret))
}

/// The project of a new key. A key of a project makes keys of that project alone.
fn project_of(conn: &mut Conn, by: &Actor, wanted: Option<&str>) -> Result<Option<Project>> {
    let own = by.project().map(|id| id.to_string());
    let Some(wanted) = wanted.or(own.as_deref()) else {
        return Ok(None);
    };
    let project = db::projects::find_for_keys(conn, by.tenant, wanted)?;
    by.must_reach(Some(project.id), "A key can't create a key")?;
    Ok(Some(project))
}

/// Refuses one more key that counts toward the tenant's limit, when it has as many as it may. Ask under the change log's
/// lock.
pub(super) fn must_have_room(conn: &mut Conn, by: &Actor) -> Result<()> {
    let (limit, _) = limit_ends::current(conn, by.tenant, by.now)?;
    if db::keys::count_toward_limit(conn, by.tenant, by.now)? >= limit {
        return Err(Conflict::KeyLimitReached(Count(limit)).into());
    }
    Ok(())
}

/// Keeps what the key is like after a change, to explain later decisions about it.
pub(crate) fn note_state(conn: &mut Conn, id: KeyId, rev: i64) -> Result<()> {
    let mut snapshot = db::key_snapshots::take(conn, id)?;
    let since = db::kept_allowlists::keep(conn, id, rev, &snapshot.ip_allowlist)?;
    if since.is_some() {
        snapshot.ip_allowlist.clear();
        snapshot.ip_allowlist_since = since;
    }
    let text = serde_json::to_string(&snapshot).map_err(Error::internal)?;
    change_log::describe(conn, rev, text)
}

/// An idempotency key belongs to whoever chose it: two systems of a tenant may choose the same.
pub(super) fn of_asker(by: &Actor, idempotency_key: &str) -> String {
    match &by.who {
        Who::Person { id, .. } => format!("person {id} {idempotency_key}"),
        Who::Key { id, .. } => format!("key {id} {idempotency_key}"),
        Who::Operator | Who::Keystead => format!("operator {idempotency_key}"),
    }
}

/// What is asked for, as a short word that a repeated request is compared with: what becomes of the key later, and of
/// what it belongs to, changes nothing about it.
fn asked(draft: &Draft, issuing: &Issuing<'_>) -> String {
    let text = |set: Option<String>| set.unwrap_or_default();
    version_of(&[
        &draft.name,
        &draft.description,
        draft.environment.as_str(),
        &draft.ip_allowlist.entries().join(" "),
        draft.ip_allowlist_mode.as_str(),
        &text(draft.expires_at.map(crate::domain::time::rfc3339)),
        &text(draft.rate_limit.map(|limit| limit.to_string())),
        &draft.owner,
        issuing.group.unwrap_or(db::groups::FULL_ACCESS),
        issuing.project.unwrap_or_default(),
    ])
}

/// The key of the first request, unless this one asks for another key under the same idempotency key.
fn replay(key: Key, earlier: Option<&str>, asked: &str) -> Result<Issued> {
    if earlier.is_none_or(|earlier| earlier == asked) {
        return Ok(Issued::Replayed(key));
    }
    Err(Conflict::IdempotencyKeyReused.into())
}

fn new_row(
    by: &Actor,
    id: KeyId,
    draft: &Draft,
    group_id: GroupId,
    secret: &KeySecret,
    issuing: Issuing<'_>,
) -> NewKey {
    NewKey {
        id,
        tenant_id: by.tenant,
        group_id,
        project_id: None,
        name: draft.name.clone(),
        description: draft.description.clone(),
        environment: draft.environment,
        ip_allowlist: draft.ip_allowlist.clone(),
        ip_allowlist_mode: draft.ip_allowlist_mode,
        key_prefix: key_text::prefix(issuing.brand, draft.environment),
        last4: secret.last4().to_owned(),
        digest: issuing.pepper.digest(secret.expose()),
        pepper_version: issuing.pepper.version(),
        idempotency_key: issuing.idempotency_key.map(|own| of_asker(by, own)),
        asked: issuing.idempotency_key.map(|_| asked(draft, &issuing)),
        created_at: by.now,
        expires_at: draft.expires_at,
        disabled_at: None,
        revoked_at: None,
        rate_limit: draft.rate_limit.into(),
        owner: Columns::default(),
    }
}

/// Revokes a key for good. Revoking again changes nothing and succeeds, so a retry after a lost answer is safe.
///
/// # Errors
/// `Forbidden` without the right, or for a key with more rights than the acting key's; `NotFound`.
pub fn revoke(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    revoke_with_reason(conn, by, id, "")
}

/// As [`revoke`], with a reason that is kept with the key; empty for none. The first revocation's reason stays.
///
/// # Errors
/// As [`revoke`]; `Invalid` at `reason`.
pub fn revoke_with_reason(conn: &mut Conn, by: &Actor, id: KeyId, reason: &str) -> Result<Key> {
    by.must_hold(Right::ChangeKeys)?;
    let reason = check_reason(reason)?;
    // First, for its lock: what is read of the key then is what is revoked.
    change_log::hold(conn)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    must_stand_above(conn, by, &key, "A key can't revoke a key")?;
    end(conn, by, key, &reason)
}

/// A reason as it is kept: one line of at most 200 characters.
///
/// # Errors
/// `Invalid` at `reason`.
pub fn check_reason(reason: &str) -> Result<String> {
    validate::line(reason, 200).map_err(|message| Error::invalid("reason", message))
}

/// Revokes the key that acts. It needs no right for this: whoever finds a key somewhere can kill it with the key
/// itself. One that was revoked and deleted elsewhere is as dead as it can be.
///
/// # Errors
/// `Forbidden` when no key acts.
pub fn surrender(conn: &mut Conn, by: &Actor) -> Result<()> {
    let Who::Key { id, secret, .. } = &by.who else {
        return Err(Error::Forbidden("Only a key can surrender itself.".into()));
    };
    match surrender_listed(conn, by, *id, secret) {
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}

fn surrender_listed(conn: &mut Conn, by: &Actor, id: KeyId, secret: &SecretDigests) -> Result<()> {
    // Anybody who has a dead key may say so again and again: that takes no lock.
    if db::keys::find(conn, by.tenant, id)?.revoked_at.is_some() {
        change_log::stands();
        return Ok(());
    }
    change_log::hold(conn)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    // A key that may do nothing else any more does this, but no secret that it had before.
    if !db::key_rotations::has_secret(conn, (by.tenant, id), secret, by.now)? {
        return Ok(());
    }
    end(conn, by, key, "").map(|_| ())
}

/// Revokes a key that was read under the lock of the change log, unless it is revoked already.
fn end(conn: &mut Conn, by: &Actor, mut key: Key, reason: &str) -> Result<Key> {
    if key.revoked_at.is_some() {
        change_log::stands();
        return Ok(key);
    }
    let rev = change_log::append(conn, change_log::Item::Key(key.id))?;
    if !db::keys::set_revoked(conn, by.tenant, key.id, by.now, rev, reason)? {
        return Err(Error::internal("a key was revoked beside the change log"));
    }
    db::key_rotations::end_running(conn, by.tenant, key.id, by.now)?;
    note_state(conn, key.id, rev)?;
    db::sealed_secrets::delete(conn, by.tenant, key.id)?;
    let event = Event::KeyRevoked(json!({ "reason": reason }));
    record(conn, by, &event, Object::of_key(&key))?;
    key.revoked_at = Some(by.now);
    key.revoked_rev = Some(rev);
    key.revocation_reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    key.sealed = None;
    Ok(key)
}

/// Takes a revoked key off the list; its audit rows stay.
///
/// # Errors
/// `Forbidden` without the right, or for a key with more rights than the acting key's; `NotFound`; a conflict
/// `key-not-revoked`.
pub fn delete(conn: &mut Conn, by: &Actor, id: KeyId) -> Result<Key> {
    by.must_hold(Right::ChangeKeys)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    if key.revoked_at.is_none() {
        return Err(Conflict::KeyNotRevoked.into());
    }
    must_stand_above(conn, by, &key, "A key can't delete a key")?;
    // Verification knows the key as revoked already; lists follow the log too.
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    if !db::keys::set_deleted(conn, by.tenant, id, by.now)? {
        return Err(Error::NotFound);
    }
    note_state(conn, id, rev)?;
    record(conn, by, &Event::KeyDeleted, Object::of_key(&key))?;
    Ok(key)
}
