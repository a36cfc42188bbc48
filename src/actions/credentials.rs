//! The life of an integration credential: saved, made current, gone back to, removed.

use serde_json::{Value, json};

use super::integrations::{Target, has_current, hold, note, set_enabled};
use super::{actor, master_keys, record};
use crate::db::credentials::Credential;
use crate::db::integrations::Integration;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::envelope::Place;
use crate::domain::environment::Environment;
use crate::domain::id::CredentialId;
use crate::domain::integration::{Draft, GO_BACK, Level, MOST, Standing};
use crate::domain::master_key::MasterKeys;
use crate::domain::role::Actor;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Keeps a credential. One that is `current` takes the place of the one before it, to which one can go back for 24
/// hours; at the organisation's level that also switches the integration on. Another stands by.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`; `Invalid` at `name`; the conflicts `project-archived` and
/// `credential-limit-reached`.
pub fn save(
    conn: &mut Conn,
    by: &Actor,
    keys: &MasterKeys,
    target: &Target,
    draft: &Draft,
    current: bool,
) -> Result<Credential> {
    let integration = hold(conn, by, target)?;
    let kept = db::credentials::list(conn, by.tenant, integration.id)?;
    if kept.len() >= MOST {
        return Err(Conflict::CredentialLimitReached(MOST).into());
    }
    note(conn, integration.id)?;
    if current {
        replace_current(conn, &kept, draft.environment, by.now)?;
    }
    let credential = new(conn, by, &integration, draft, current)?;
    let place = Place {
        tenant: by.tenant,
        project: target.level.project(),
        integration: &target.slug,
        environment: draft.environment,
        credential: credential.id,
    };
    let envelope = keys.seal(&place, &draft.secret)?;
    master_keys::must_be_in_use(conn, envelope.master_key_version)?;
    db::credentials::insert(conn, credential.clone(), envelope)?;
    let event = Event::CredentialSaved(detail(target, &credential));
    record(conn, by, &event, target.object())?;
    if current {
        switch_on(conn, by, target, &integration)?;
    }
    Ok(credential)
}

fn new(
    conn: &mut Conn,
    by: &Actor,
    integration: &Integration,
    draft: &Draft,
    current: bool,
) -> Result<Credential> {
    let version = db::integrations::take_version(conn, integration.id)?;
    let (_, _, saved_by) = actor(&by.who);
    Ok(Credential {
        id: CredentialId::new(),
        tenant_id: by.tenant,
        integration_id: integration.id,
        environment: draft.environment,
        version,
        name: if draft.name.is_empty() {
            format!("Version {version}")
        } else {
            draft.name.clone()
        },
        last4: draft.last4.clone(),
        created_by: saved_by,
        created_at: by.now,
        expires_at: draft.expires_at,
        current_since: current.then_some(by.now),
        replaced_at: None,
        refused_at: None,
        refused_in: None,
        damaged_at: None,
    })
}

/// Makes a credential the one that applies: the next one, or the one before, for 24 hours after it was replaced. The
/// current one stays so, without a trace.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`; the conflicts `project-archived` and `going-back-is-over`.
pub fn make_current(
    conn: &mut Conn,
    by: &Actor,
    target: &Target,
    id: CredentialId,
) -> Result<Credential> {
    let integration = hold(conn, by, target)?;
    let kept = db::credentials::list(conn, by.tenant, integration.id)?;
    let mut chosen = find(&kept, id)?.clone();
    match chosen.standing() {
        Standing::Current => return Ok(chosen),
        Standing::Replaced(until) if until <= by.now => {
            return Err(Conflict::GoingBackIsOver.into());
        }
        Standing::Replaced(_) | Standing::Standby => {}
    }
    note(conn, integration.id)?;
    replace_current(conn, &kept, chosen.environment, by.now)?;
    db::credentials::set_standing(conn, id, Some(by.now), None)?;
    chosen.current_since = Some(by.now);
    chosen.replaced_at = None;
    let event = Event::CredentialMadeCurrent(detail(target, &chosen));
    record(conn, by, &event, target.object())?;
    switch_on(conn, by, target, &integration)?;
    Ok(chosen)
}

/// What the organisation makes current is meant for its projects.
fn switch_on(
    conn: &mut Conn,
    by: &Actor,
    target: &Target,
    integration: &Integration,
) -> Result<()> {
    if target.level == Level::Organization && integration.enabled_at.is_none() {
        set_enabled(conn, by, target, integration.id)?;
    }
    Ok(())
}

/// Destroys a credential. When it was the last one of the organisation that applied, the integration is switched off.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`; a conflict `project-archived`.
pub fn remove(conn: &mut Conn, by: &Actor, target: &Target, id: CredentialId) -> Result<()> {
    let integration = hold(conn, by, target)?;
    let kept = db::credentials::list(conn, by.tenant, integration.id)?;
    let gone = find(&kept, id)?.clone();
    destroy(conn, by, target, &integration, &[gone])
}

/// Destroys all that a level has: a project gets the organisation's credential again. Without any it leaves no trace.
///
/// # Errors
/// As [`remove`].
pub fn remove_all(conn: &mut Conn, by: &Actor, target: &Target) -> Result<()> {
    let integration = hold(conn, by, target)?;
    let kept = db::credentials::list(conn, by.tenant, integration.id)?;
    if kept.is_empty() {
        return Ok(());
    }
    destroy(conn, by, target, &integration, &kept)
}

fn destroy(
    conn: &mut Conn,
    by: &Actor,
    target: &Target,
    integration: &Integration,
    gone: &[Credential],
) -> Result<()> {
    note(conn, integration.id)?;
    for credential in gone {
        db::credentials::delete(conn, by.tenant, credential.id)?;
        let event = Event::CredentialRemoved(detail(target, credential));
        record(conn, by, &event, target.object())?;
    }
    if integration.enabled_at.is_some() && !has_current(conn, by, integration.id)? {
        db::integrations::set_enabled(conn, integration.id, None)?;
        let event = Event::IntegrationDisabled(json!({ "destroyed": gone.len() }));
        record(conn, by, &event, target.object())?;
    }
    Ok(())
}

/// Destroys the secrets of what was replaced so long ago that nobody can go back to it; says how many there were.
pub fn destroy_replaced(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    db::credentials::delete_replaced_before(conn, now - GO_BACK)
}

fn find(kept: &[Credential], id: CredentialId) -> Result<&Credential> {
    kept.iter().find(|one| one.id == id).ok_or(Error::NotFound)
}

fn replace_current(
    conn: &mut Conn,
    kept: &[Credential],
    environment: Environment,
    now: Timestamp,
) -> Result<()> {
    let current = kept
        .iter()
        .find(|one| one.environment == environment && one.standing() == Standing::Current);
    current.map_or(Ok(()), |current| {
        db::credentials::set_standing(conn, current.id, current.current_since, Some(now))
    })
}

fn detail(target: &Target, credential: &Credential) -> Value {
    target.detail(json!({
        "credential": credential.id,
        "version": credential.version,
        "name": credential.name,
        "last4": credential.last4,
        "environment": credential.environment.as_str(),
    }))
}
