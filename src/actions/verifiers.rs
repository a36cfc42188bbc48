//! The life of a verifier: create, rotate, revoke. Each is one transaction with its audit row.

use chrono::TimeDelta;
use serde_json::json;

use super::{Object, peppers, record_by_steward};
use crate::db::verifier_rotations::OldToken;
use crate::db::verifiers::{NewToken, NewVerifier, Verifier};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::VerifierId;
use crate::domain::key_text::{self, KeySecret};
use crate::domain::pepper::Pepper;
use crate::domain::role::Steward;
use crate::domain::time::Timestamp;
use crate::domain::verifier_rotations::Grace;
use crate::domain::{Conflict, Error, Result, validate};

/// Makes a verifier; its token is for the one answer that shows it.
///
/// # Errors
/// `Invalid` at `name`.
pub fn create(
    conn: &mut Conn,
    by: &Steward,
    name: &str,
    brand: &str,
    pepper: &Pepper,
) -> Result<(Verifier, KeySecret)> {
    let name =
        validate::name(name, 100, "a name").map_err(|message| Error::invalid("name", message))?;
    let (id, token) = (VerifierId::new(), KeySecret::generate_verifier(brand)?);
    change_log::append_more(conn, change_log::Item::Verifier(id))?;
    peppers::must_be_in_use(conn, pepper)?;
    let row = NewVerifier {
        id,
        name,
        token_prefix: key_text::verifier_prefix(brand),
        last4: token.last4().to_owned(),
        digest: pepper.digest(token.expose()),
        pepper_version: pepper.version(),
        created_at: by.now,
    };
    db::verifiers::insert(conn, row)?;
    let verifier = db::verifiers::find(conn, id)?;
    record_by_steward(conn, by, &Event::VerifierCreated, object(&verifier))?;
    Ok((verifier, token))
}

/// Gives a verifier another token, for the one answer that shows it. The one that it had works on as long as `grace`
/// says; what it had before that one ends as it was to end.
///
/// # Errors
/// `NotFound`; a conflict `verifier-revoked`.
pub fn rotate(
    conn: &mut Conn,
    by: &Steward,
    id: VerifierId,
    grace: Grace,
    brand: &str,
    pepper: &Pepper,
) -> Result<(Verifier, KeySecret)> {
    change_log::append(conn, change_log::Item::Verifier(id))?;
    if db::verifiers::find(conn, id)?.revoked_at.is_some() {
        return Err(Conflict::VerifierRevoked.into());
    }
    peppers::must_be_in_use(conn, pepper)?;
    let token = KeySecret::generate_verifier(brand)?;
    let (lost, ends_at) = (db::verifiers::kept(conn, id)?, grace.ends_at(by.now));
    let detail = json!({
        "old_last4": lost.last4,
        "new_last4": token.last4(),
        "old_ends_at": ends_at.map(crate::domain::time::rfc3339),
    });
    db::verifier_rotations::insert(conn, id, lost, by.now, ends_at)?;
    let row = NewToken {
        token_prefix: key_text::verifier_prefix(brand),
        last4: token.last4().to_owned(),
        digest: pepper.digest(token.expose()),
        pepper_version: pepper.version(),
    };
    db::verifiers::set_token(conn, id, row)?;
    let verifier = db::verifiers::find(conn, id)?;
    record_by_steward(conn, by, &Event::VerifierRotated(detail), object(&verifier))?;
    Ok((verifier, token))
}

/// Ends the old tokens of a verifier before their time. Ending again changes nothing and succeeds. `typed` is its name,
/// where one of them was in use.
///
/// # Errors
/// `NotFound`; `Invalid` at `name`.
pub fn end_old_tokens(
    conn: &mut Conn,
    by: &Steward,
    id: VerifierId,
    typed: &str,
) -> Result<Verifier> {
    change_log::append(conn, change_log::Item::Verifier(id))?;
    let verifier = db::verifiers::find(conn, id)?;
    let old = db::verifier_rotations::list_running_of(conn, id, by.now)?;
    must_be_meant(&verifier, last_use_of(&old), typed, by.now)?;
    if db::verifier_rotations::end_all(conn, id, by.now)? {
        record_by_steward(conn, by, &Event::VerifierRotationEnded, object(&verifier))?;
    }
    Ok(verifier)
}

/// Revokes a verifier for good, with every token that it has. Revoking again changes nothing and succeeds. `typed` is
/// its name, where it is in use.
///
/// # Errors
/// `NotFound`; `Invalid` at `name`.
pub fn revoke(conn: &mut Conn, by: &Steward, id: VerifierId, typed: &str) -> Result<Verifier> {
    let verifier = db::verifiers::find(conn, id)?;
    if verifier.revoked_at.is_some() {
        change_log::stands();
        return Ok(verifier);
    }
    must_be_meant(&verifier, verifier.last_used_at, typed, by.now)?;
    change_log::append(conn, change_log::Item::Verifier(id))?;
    if db::verifiers::set_revoked(conn, id, by.now)? {
        record_by_steward(conn, by, &Event::VerifierRevoked, object(&verifier))?;
    }
    db::verifiers::find(conn, id)
}

/// When one of these tokens was used last.
pub fn last_use_of(old: &[OldToken]) -> Option<Timestamp> {
    old.iter().filter_map(|token| token.last_used_at).max()
}

/// True when something was used in the last day, so that a slip would hurt.
pub fn is_in_use(last_used: Option<Timestamp>, now: Timestamp) -> bool {
    last_used.is_some_and(|at| at > now - TimeDelta::days(1))
}

fn must_be_meant(
    verifier: &Verifier,
    last_used: Option<Timestamp>,
    typed: &str,
    now: Timestamp,
) -> Result<()> {
    if !is_in_use(last_used, now) || typed.trim() == verifier.name {
        return Ok(());
    }
    let text = format!(
        "Type the name, {}, to go on. Capitals matter.",
        verifier.name
    );
    Err(Error::invalid("name", text))
}

fn object(verifier: &Verifier) -> Object<'_> {
    Object {
        kind: "verifier",
        id: verifier.id.to_string(),
        name: &verifier.name,
    }
}
