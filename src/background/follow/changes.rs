//! A change, and the wait until it is applied here and on every other server.

use std::time::{Duration, Instant};

use super::Follower;
use crate::db::change_log::{self, Effect, Position};
use crate::db::{Conn, Db, audit_chain, change_confirmations, confirmed_events};
use crate::domain::id::AuditId;
use crate::domain::{Error, Result};

/// How long a change waits without progress until it is applied, before it is answered as "stored, and its effect is not known".
const PATIENCE: Duration = Duration::from_secs(5);
/// The same, while there is progress.
const LONGEST: Duration = Duration::from_secs(30);

/// A change that was committed.
pub(super) struct Own {
    pub(super) position: Position,
    pub(super) effect: Effect,
    /// The rows of the audit log that tell of it, and the id of what each is about.
    pub(super) rows: Vec<(AuditId, String)>,
}

impl Own {
    /// The newest that is committed by now, whoever made it.
    fn newest(db: &Db, effect: Effect) -> Result<Self> {
        Ok(Self {
            position: db.read(change_log::head)?,
            effect,
            rows: Vec::new(),
        })
    }
}

impl Follower {
    /// Runs a change in one transaction, and waits until the index has applied it: what is answered as done is true for
    /// the next verification. Also tells the revision that the change made, or that it rests on if it made none.
    ///
    /// # Errors
    /// Those of the change. `OutcomeUnknown` when it is stored, or may be, and the index did not get there; it then
    /// answers nothing until it can be sure again.
    pub fn change<T>(
        &self,
        db: &Db,
        change: impl FnOnce(&mut Conn) -> Result<T>,
    ) -> Result<(T, i64)> {
        let mut is_so = false;
        let changed = db.write(|conn| {
            change_log::take_effect();
            let before = change_log::head(conn)?;
            let done = change(conn);
            let effect = change_log::take_effect();
            is_so = is_so_already(&done) && effect != Effect::None;
            let done = done?;
            // Under the lock that the change holds, if it is one that matters: its own place in the history.
            let position = change_log::head(conn)?;
            let rows = audit_chain::written();
            let matters = match effect {
                Effect::Stops => true,
                Effect::Rests => rows.is_empty(),
                Effect::Adds | Effect::None => position != before,
            };
            let own = Own {
                position,
                effect,
                rows,
            };
            Ok((done, matters, own))
        });
        let reached = match changed {
            // By what is stored: the change itself, and its place in the history, were rolled back.
            Err(error) if is_so => self.settle(db).and(Err(error)),
            Err(error) => Err(error),
            Ok((done, matters, own)) => {
                let reached = if matters {
                    self.reach(db, &own)
                } else {
                    Ok(())
                };
                reached
                    .map(|()| (done, own.position.rev))
                    .map_err(|error| Error::OutcomeUnknown(error.to_string()))
            }
        };
        if matches!(reached, Err(Error::OutcomeUnknown(_))) {
            self.doubt();
        }
        reached
    }

    /// Waits until everything is applied everywhere that is committed by now: before somebody is told that a thing is stopped
    /// already, by a change that may still wait for other servers.
    ///
    /// # Errors
    /// `Unavailable` when the database is away, or the index does not get there.
    pub fn settle(&self, db: &Db) -> Result<()> {
        if !self.is_shared() {
            return Ok(());
        }
        let newest = Own::newest(db, Effect::Rests)?;
        self.confirm_everywhere(&newest).map(|_| ())
    }

    /// Waits until a change is applied here and, among several servers, everywhere.
    fn reach(&self, db: &Db, own: &Own) -> Result<()> {
        if !self.is_shared() {
            return self.confirm(own.position);
        }
        let confirmed = self.confirm_everywhere(own)?;
        if own.effect != Effect::Stops {
            return Ok(());
        }
        let rows: Vec<AuditId> = own.rows.iter().map(|(row, _)| *row).collect();
        let noted = db.note(|conn| {
            change_confirmations::note(conn, &confirmed)?;
            confirmed_events::note(conn, confirmed.rev, &rows)
        });
        if let Err(error) = noted {
            tracing::warn!(%error, rev = confirmed.rev, "how a change was confirmed could not be noted");
        }
        Ok(())
    }

    /// Waits until everything is applied here and everywhere that is committed by now: a command at the shell made a change.
    ///
    /// # Errors
    /// `Unavailable` when the index does not get there.
    pub fn catch_up(&self, db: &Db) -> Result<()> {
        self.reach(db, &Own::newest(db, Effect::Stops)?)
    }

    /// Waits until this very change is applied.
    fn confirm(&self, wanted: Position) -> Result<()> {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(history) = &state.history {
                if history.has(wanted) {
                    return Ok(());
                }
                // A look that began after the change was committed, in the same database, would have found it.
                if history.at().rev >= wanted.rev || state.looked > begun {
                    state.must_reopen = true;
                    state.is_asked = true;
                    return Err(Error::Unavailable(format!(
                        "change {} is stored, and this server follows a history without it",
                        wanted.rev
                    )));
                }
            }
            // A change of a very large group takes its time; as long as there is progress, it is waited for.
            let left = PATIENCE
                .saturating_sub(begun.max(state.stepped).elapsed())
                .min(LONGEST.saturating_sub(begun.elapsed()));
            if left.is_zero() {
                return Err(Error::Unavailable(format!(
                    "change {} is stored, and the index did not reach it in time",
                    wanted.rev
                )));
            }
            state.is_asked = true;
            self.asked.notify_all();
            state = self
                .moved
                .wait_timeout(state, left)
                .map_or_else(|broken| broken.into_inner().0, |(state, _)| state);
        }
    }
}

/// True of a refusal that says that what was asked for is so already, or that the thing is gone.
fn is_so_already<T>(done: &Result<T>) -> bool {
    matches!(done, Err(Error::Conflict(_) | Error::NotFound))
}
