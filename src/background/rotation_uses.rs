//! Which secret of a rotated key was used last: written each second, and read by the job that ends a rotation once its
//! old secret has fallen quiet. That job waits whenever a use could be unknown.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;

use super::follow::Follower;
use crate::actions::quiet_rotations::{Known, finish_if_quiet, is_quiet};
use crate::db::rotation_uses::{NewUse, note_other_use, note_own_use};
use crate::db::{self, Conn, Db};
use crate::domain::Result;
use crate::domain::id::RotationId;
use crate::domain::time::{Timestamp, from_micros};
use crate::verify::Index;
use crate::verify::rotations::{Rotation, Use};

/// Seconds between two notes of how far this server has written.
const NOTE_EVERY: i64 = 10;
/// Seconds that a decision may take from its instant until it is noted.
const LATE: i64 = 5;
/// Days of silence after which a server that never ended in order counts as gone.
const GONE_DAYS: i64 = 7;

/// Writes the uses of one server, and how far it has come with that.
#[derive(Debug)]
pub struct UseWriter {
    node: String,
    noted_at: AtomicI64,
}

impl UseWriter {
    /// A writer for the server `node`.
    pub fn new(node: String) -> Self {
        Self {
            node,
            noted_at: AtomicI64::new(0),
        }
    }

    /// Writes the uses since the last call.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; the uses stay in memory for the next call.
    pub fn flush(&self, db: &Db, index: &Index, now: Timestamp) -> Result<()> {
        let mut collected = index.rotations().collect();
        // One order everywhere, so that two servers can't deadlock.
        collected.sort_by_key(|(rotation, _, _)| rotation.id);
        if !collected.is_empty() {
            let written = db.write(|conn| {
                collected.iter().try_for_each(|(rotation, old, new)| {
                    write(conn, rotation, old.as_ref(), [note_own_use, note_other_use])?;
                    write(conn, rotation, new.as_ref(), [note_other_use, note_own_use])
                })
            });
            if written.is_err() {
                for one in &collected {
                    index.rotations().put_back(one);
                }
                return written;
            }
        }
        self.note_progress(db, index, now)
    }

    /// While a rotation waits for quiet, the others need to know that this server has nothing more to tell.
    fn note_progress(&self, db: &Db, index: &Index, now: Timestamp) -> Result<()> {
        let seconds = now.timestamp();
        let due = seconds - self.noted_at.load(Ordering::Relaxed) >= NOTE_EVERY;
        if !due || !index.rotations().awaits_quiet() {
            return Ok(());
        }
        db.write(|conn| db::usage_nodes::flushed(conn, &self.node, now.timestamp_micros()))?;
        self.noted_at.store(seconds, Ordering::Relaxed);
        Ok(())
    }
}

/// Notes a use of a secret.
type Note = fn(&mut Conn, RotationId, bool, NewUse<'_>) -> Result<()>;

/// The second way of noting is for a rotation that was cancelled after the use: the row then holds the other secret.
fn write(
    conn: &mut Conn,
    rotation: &Rotation,
    taken: Option<&Use>,
    [as_it_was, swapped]: [Note; 2],
) -> Result<()> {
    let Some(taken) = taken else { return Ok(()) };
    let used = NewUse {
        at: taken.at,
        address: &crate::actions::text_of(taken.address),
        program: &super::usage::harmless(&taken.program),
    };
    as_it_was(conn, rotation.id, rotation.is_cancelled, used)?;
    if rotation.is_cancelled {
        return Ok(());
    }
    swapped(conn, rotation.id, true, used)
}

/// Ends the rotations whose old secret has fallen quiet, and returns how many.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn finish_quiet(db: &Db, follower: &Follower, now: Timestamp) -> Result<usize> {
    if !follower.index().rotations().awaits_quiet() {
        return Ok(0);
    }
    let (waiting, known) = db.snapshot(|conn| {
        let waiting = db::key_rotations::list_until_quiet(conn)?;
        Ok((waiting, known(conn, now)?))
    })?;
    let mut finished = 0;
    for rotation in waiting.iter().filter(|one| is_quiet(one, known)) {
        let (done, _) = follower.change(db, |conn| finish_if_quiet(conn, rotation, known, now))?;
        finished += usize::from(done);
    }
    Ok(finished)
}

/// No server has more to tell about the time before `until`.
fn known(conn: &mut Conn, now: Timestamp) -> Result<Known> {
    let since = (now - TimeDelta::days(GONE_DAYS)).timestamp_micros();
    let flushed = db::usage_nodes::flushed_by_all(conn, since)?;
    let late = TimeDelta::seconds(LATE);
    Ok(Known {
        until: flushed.map_or(now, from_micros).min(now) - late,
        crash: db::usage_gaps::last_crash(conn)?.map(from_micros),
    })
}
