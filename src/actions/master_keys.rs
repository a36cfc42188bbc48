//! The life of a master key: taken up, then given up once everything has moved to a newer one.

use super::{Object, record_by_steward};
use crate::db::change_log::{self, Item};
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::audit_chain::AuditKeys;
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::role::Steward;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Takes a master key up: whatever is encrypted from now on is encrypted under it, and the audit key at once.
///
/// # Errors
/// A conflict `master-key-not-newer` when the database knows this version or a later one.
pub fn rotate(conn: &mut Conn, key: &MasterKey, audit: &AuditKeys, now: Timestamp) -> Result<()> {
    let version = key.version();
    change_log::append(conn, Item::MasterKey(version))?;
    let noted = secret_checks::list(conn, Kind::MasterKey)?;
    if noted.first().is_some_and(|(newest, _)| *newest >= version) {
        return Err(Conflict::MasterKeyNotNewer(version).into());
    }
    secret_checks::note(conn, Kind::MasterKey, version, &key.check_value())?;
    let (audit_key, _) = db::audit_chain::open_key(conn, audit)?;
    db::audit_keys::set(conn, &audit_key.wrap(key)?)?;
    record_master_key(conn, &Event::MasterKeyRotated, version, now)
}

/// Gives a master key up.
///
/// # Errors
/// A conflict when it is the newest, when it is not in use, or when something still needs it.
pub fn retire(conn: &mut Conn, version: i32, now: Timestamp) -> Result<()> {
    // Its lock lets nothing be encrypted under this version between the count and the end.
    change_log::append(conn, Item::MasterKey(version))?;
    let noted = secret_checks::list(conn, Kind::MasterKey)?;
    if !noted.iter().any(|(known, _)| *known == version) {
        return Err(Conflict::MasterKeyNotInUse(version).into());
    }
    if noted.first().is_some_and(|(newest, _)| *newest == version) {
        return Err(Conflict::MasterKeyIsNewest(version).into());
    }
    let needing = db::master_keys::count_in_need(conn)?.remove(&version);
    if let Some(needing) = needing {
        return Err(Conflict::MasterKeyInNeed(needing.to_string(), version).into());
    }
    secret_checks::strike(conn, Kind::MasterKey, version)?;
    record_master_key(conn, &Event::MasterKeyRetired, version, now)
}

fn record_master_key(conn: &mut Conn, event: &Event, version: i32, now: Timestamp) -> Result<()> {
    let object = Object {
        kind: "master-key",
        id: version.to_string(),
        name: &format!("Master key {version}"),
    };
    record_by_steward(conn, &Steward::operator(now), event, object)
}

/// Refuses to keep what was encrypted under a master key that is no longer in use. Call it after the change-log row, whose
/// lock keeps a master key from being given up meanwhile.
///
/// # Errors
/// `Unavailable`: this server has not followed the change yet.
pub fn must_be_in_use(conn: &mut Conn, version: i32) -> Result<()> {
    if secret_checks::has(conn, Kind::MasterKey, version)? {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "master key {version} is not in use; this server is about to take up another"
    )))
}

/// Keeps what is encrypted under a master key that this server does not have from being taken for damaged. Call it before
/// opening.
///
/// # Errors
/// `Unavailable`: the master key is in use, and not at hand.
pub fn must_be_at_hand(conn: &mut Conn, keys: &MasterKeys, version: i32) -> Result<()> {
    if keys.holds(version) || !secret_checks::has(conn, Kind::MasterKey, version)? {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "this server does not have master key {version}: copy the master key file from the server on which `keystead \
         master-key rotate` ran"
    )))
}
