//! What this server keeps beside the database of changes that may have stopped something, and what it does when the database
//! was put back to a state from before some of them.

use super::{Follower, Trouble, Turn};
use crate::actions::{restores, stops};
use crate::background::stop_record::StopRecord;
use crate::db::change_log::{self, Change, Position};
use crate::db::pool::snapshot_on;
use crate::db::restores::epoch;
use crate::db::{Conn, Db, dialect};
use crate::domain::stop::{Stop, Thing};
use crate::domain::{Error, Result};

/// Changes that are looked at at once.
const BATCH: i64 = 5_000;

/// A look at a database in which something works again: where it stood, and how many decisions there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Undecided(Position, i64);

impl Follower {
    /// Has this server keep a record. What the log tells that is not in it yet comes first.
    ///
    /// # Errors
    /// Those of the database; `Internal` when the record can't be read.
    pub fn with_record(mut self, db: &Db, record: StopRecord) -> Result<Self> {
        self.record = Some(record);
        db.read(|conn| self.catch_up_record(conn))?;
        self.with_the_record(|record| record.compact(self.clock.now()));
        Ok(self)
    }

    /// Has the disk take what was written last.
    pub fn settle_record(&self) {
        self.with_the_record(|record| record.settle(self.clock.now()));
    }

    fn with_the_record(&self, work: impl FnOnce(&StopRecord)) {
        if let Some(record) = &self.record {
            work(record);
        }
    }

    /// Writes down what was applied just now, before anybody is told.
    pub(super) fn note_stops(&self, conn: &mut Conn, turn: Turn, changes: &[Change]) -> Result<()> {
        let Some(record) = &self.record else {
            return Ok(());
        };
        if !changes.iter().any(|change| change.stops) {
            return Ok(());
        }
        let stops = self.kept(conn, changes)?;
        // Who was given up writes nothing.
        self.step(turn, |_| Ok(()))?;
        record.append(&stops);
        Ok(())
    }

    fn kept(&self, conn: &mut Conn, changes: &[Change]) -> Result<Vec<Stop>> {
        let (epoch, now) = (epoch(conn)?, self.clock.now());
        let changes = changes.iter().filter(|change| change.stops);
        changes
            .map(|change| stops::of_change(conn, change, epoch, now))
            .collect()
    }

    /// Writes down what the log tells and the record does not: this server did not run, or was cut off.
    pub(super) fn catch_up_record(&self, conn: &mut Conn) -> Result<()> {
        let Some(record) = &self.record else {
            return Ok(());
        };
        let known = record.stops().map_err(Error::Internal)?;
        let mut at = restores::known_to(conn, &known)?;
        let head = change_log::head(conn)?;
        loop {
            let changes = crate::db::stops::list_after(conn, at, BATCH)?;
            let Some(last) = changes.last() else {
                break;
            };
            at = last.position.rev;
            record.append(&self.kept(conn, &changes)?);
        }
        let is_head = |stop: &Stop| (stop.rev, stop.entry) == (head.rev, head.entry);
        if !known.iter().any(is_head) {
            record.append(&[Stop {
                rev: head.rev,
                entry: head.entry,
                epoch: epoch(conn)?,
                at: self.clock.now(),
                thing: Thing::Head,
            }]);
        }
        Ok(())
    }

    /// True while nobody has decided what becomes of what works again in a database that was put back: nothing is loaded, and
    /// nothing answered.
    pub(super) fn is_undecided(&self, conn: &mut Conn, turn: Turn) -> Result<bool> {
        let Some(record) = &self.record else {
            return Ok(false);
        };
        let stands = Undecided(change_log::head(conn)?, epoch(conn)?);
        if self.step(turn, |state| Ok(state.undecided == Some(stands)))? {
            return Ok(true);
        }
        let stops = record.stops().map_err(Error::Internal)?;
        // Of a dump that comes back table by table nothing is believed.
        dialect::must_be_whole(conn)?;
        let report = snapshot_on(conn, |conn| restores::look(conn, stops, self.clock.now()))?;
        let is_undecided = report.is_undecided();
        self.step(turn, |state| {
            if is_undecided && state.undecided.is_none() {
                tracing::error!("{}", report.refusal());
            }
            state.undecided = is_undecided.then_some(stands);
            if is_undecided {
                state.trouble = Some(Trouble::Undecided);
            }
            Ok(is_undecided)
        })
    }
}
