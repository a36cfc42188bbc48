//! The life of a pepper: taken up for new keys, then given up once every key has moved to a newer one.

use super::{Object, record_by_steward};
use crate::db::change_log::{self, Item};
use crate::db::peppers::InNeed;
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::pepper::Pepper;
use crate::domain::role::Steward;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Takes a pepper up: new keys are kept under it from now on, and others move to it when they are used.
///
/// # Errors
/// A conflict `pepper-not-newer` when the database knows this version or a later one.
pub fn rotate(conn: &mut Conn, pepper: &Pepper, now: Timestamp) -> Result<()> {
    let version = pepper.version();
    change_log::append(conn, Item::Pepper(version))?;
    let noted = secret_checks::list(conn, Kind::Pepper)?;
    if noted.first().is_some_and(|(newest, _)| *newest >= version) {
        return Err(Conflict::PepperNotNewer(version).into());
    }
    secret_checks::note(conn, Kind::Pepper, version, &pepper.check_value())?;
    record_pepper(conn, &Event::PepperRotated, version, now)
}

/// Gives a pepper up, and returns what stopped working with it.
///
/// # Errors
/// A conflict when it is the newest, when it is not in use, or, without `force`, when something still needs it.
pub fn retire(conn: &mut Conn, version: i32, force: bool, now: Timestamp) -> Result<InNeed> {
    change_log::append(conn, Item::Pepper(version))?;
    let noted = secret_checks::list(conn, Kind::Pepper)?;
    if !noted.iter().any(|(known, _)| *known == version) {
        return Err(Conflict::PepperNotInUse(version).into());
    }
    if noted.first().is_some_and(|(newest, _)| *newest == version) {
        return Err(Conflict::PepperIsNewest(version).into());
    }
    let needing = db::peppers::count_in_need(conn, now)?
        .remove(&version)
        .unwrap_or_default();
    if needing.all() > 0 && !force {
        let need = if needing.all() == 1 { "needs" } else { "need" };
        return Err(Conflict::PepperInNeed(format!("{needing} still {need}"), version).into());
    }
    secret_checks::strike(conn, Kind::Pepper, version)?;
    record_pepper(conn, &Event::PepperRetired(needing.all()), version, now)?;
    Ok(needing)
}

fn record_pepper(conn: &mut Conn, event: &Event, version: i32, now: Timestamp) -> Result<()> {
    let object = Object {
        kind: "pepper",
        id: version.to_string(),
        name: &format!("Pepper {version}"),
    };
    record_by_steward(conn, &Steward::operator(now), event, object)
}

/// Refuses to keep a key or a verifier under a pepper that is no longer in use, or not yet. Call it after the change-log row,
/// whose lock keeps a pepper from being given up meanwhile.
///
/// # Errors
/// `Unavailable`: this server has not followed the change yet.
pub fn must_be_in_use(conn: &mut Conn, pepper: &Pepper) -> Result<()> {
    if secret_checks::has(conn, Kind::Pepper, pepper.version())? {
        return Ok(());
    }
    let version = pepper.version();
    Err(Error::Unavailable(format!(
        "pepper {version} is not in use; this server is about to take up another"
    )))
}
