//! The life of a verifier: create, revoke. Each is one transaction with its audit row.

use super::{Object, peppers, record_by_steward};
use crate::db::verifiers::{NewVerifier, Verifier};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::VerifierId;
use crate::domain::key_text::{self, KeySecret};
use crate::domain::pepper::Pepper;
use crate::domain::role::Steward;
use crate::domain::{Error, Result, validate};

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
    let name = validate::line(name, 2, 100).map_err(|message| Error::invalid("name", message))?;
    let (id, token) = (VerifierId::new(), KeySecret::generate_verifier(brand)?);
    change_log::append(conn, change_log::Item::Verifier(id))?;
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

/// Revokes a verifier for good. Revoking again changes nothing and succeeds.
///
/// # Errors
/// `NotFound`.
pub fn revoke(conn: &mut Conn, by: &Steward, id: VerifierId) -> Result<Verifier> {
    let verifier = db::verifiers::find(conn, id)?;
    if verifier.revoked_at.is_some() {
        return Ok(verifier);
    }
    change_log::append(conn, change_log::Item::Verifier(id))?;
    if db::verifiers::set_revoked(conn, id, by.now)? {
        record_by_steward(conn, by, &Event::VerifierRevoked, object(&verifier))?;
    }
    db::verifiers::find(conn, id)
}

fn object(verifier: &Verifier) -> Object<'_> {
    Object {
        kind: "verifier",
        id: verifier.id.to_string(),
        name: &verifier.name,
    }
}
