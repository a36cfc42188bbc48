//! Rotations that end by themselves, once the old secret has fallen quiet.

use chrono::TimeDelta;

use super::key_rotations::{note, running, told};
use crate::db::key_rotations::Rotation;
use crate::db::{self, Conn, change_log};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::key_rotations::Grace;
use crate::domain::role::{Actor, Who};
use crate::domain::time::Timestamp;

/// How much is known of the uses of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The instant up to which every use is written.
    pub until: Timestamp,
    /// The end of the last crash of a server, which may have swallowed a use.
    pub crash: Option<Timestamp>,
}

/// Ends a rotation whose old secret has fallen quiet, unless it was used or changed meanwhile; false when it goes on.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn finish_if_quiet(
    conn: &mut Conn,
    rotation: &Rotation,
    known: Known,
    now: Timestamp,
) -> Result<bool> {
    let by = Actor {
        who: Who::Keystead,
        tenant: rotation.tenant_id,
        now,
        address: None,
        request_id: String::new(),
    };
    let id = rotation.key_id;
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    let same = |found: &Rotation| found.id == rotation.id && is_quiet(found, known);
    let Some(found) = running(conn, &by, id)?.filter(same) else {
        return Ok(false);
    };
    db::key_rotations::end_running(conn, by.tenant, id, now)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    let event = Event::KeyRotationEnded(told(&key, &found, &Grace::UntilQuiet.text()));
    note(conn, &by, &key, rev, &event)?;
    Ok(true)
}

/// True when a rotation waits for quiet and, as far as is known, its old secret rested long enough.
pub fn is_quiet(rotation: &Rotation, known: Known) -> bool {
    let used = rotation.old.at.max(known.crash);
    let last = rotation.rotated_at.max(used.unwrap_or_default());
    let quiet = rotation.quiet_seconds.map(TimeDelta::seconds);
    quiet.is_some_and(|quiet| last + quiet <= known.until)
}
