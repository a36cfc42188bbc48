//! A change, and the wait until it is applied here and on every other server.

use super::Follower;
use super::waiting::{Own, Waiting};
use crate::db::change_log::{self, Effect};
use crate::db::{Conn, Db, audit_chain};
use crate::domain::{Error, Result};

/// What was done in a transaction, or found there, and what has to be waited for before that is answered.
pub struct Stored<T> {
    done: Result<T>,
    waiting: Option<Waiting>,
    /// It was a change, and not merely found.
    is_made: bool,
}

impl<T> Stored<T> {
    fn failed(error: Error) -> Self {
        Self {
            done: Err(error),
            waiting: None,
            is_made: false,
        }
    }

    /// What is answered after the wait.
    fn after(self, reached: Result<()>) -> Result<T> {
        match reached {
            Ok(()) => self.done,
            Err(error) if self.is_made => Err(Error::OutcomeUnknown(error.to_string())),
            Err(error) => Err(error),
        }
    }
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
        let mut stored = self.store(db, change);
        let waiting = stored.waiting.take();
        let reached = waiting.map_or(Ok(()), |waiting| self.reach(db, waiting));
        self.sure(stored.after(reached))
    }

    /// The transaction of [`Follower::change`]; [`Follower::answered`] waits.
    pub fn store<T>(
        &self,
        db: &Db,
        change: impl FnOnce(&mut Conn) -> Result<T>,
    ) -> Stored<(T, i64)> {
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
        match changed {
            // By what is stored: the change itself, and its place in the history, were rolled back.
            Err(error) if is_so => self.settled(db, Err(error)),
            Err(error) => Stored::failed(error),
            Ok((done, matters, own)) => Stored {
                done: Ok((done, own.position.rev)),
                waiting: matters.then(|| self.begin_waiting(own)),
                is_made: true,
            },
        }
    }

    /// Waits for a change without a thread, as [`Follower::change`] does on one.
    ///
    /// # Errors
    /// As [`Follower::change`].
    pub async fn answered<T>(&self, db: &Db, mut stored: Stored<T>) -> Result<T> {
        let reached = match stored.waiting.take() {
            Some(waiting) => self.reach_beside(db, waiting).await,
            None => Ok(()),
        };
        self.sure(stored.after(reached))
    }

    /// An answer, after which the index answers nothing if nobody knows what is stored.
    fn sure<T>(&self, answer: Result<T>) -> Result<T> {
        if matches!(answer, Err(Error::OutcomeUnknown(_))) {
            self.doubt();
        }
        answer
    }

    /// Before somebody is told this of a thing that is stopped already, by a change that may still wait for other servers: waits
    /// until everything is applied everywhere that is committed by now. [`Follower::answered`] does so.
    pub fn settled<T>(&self, db: &Db, done: Result<T>) -> Stored<T> {
        let newest = self.is_shared().then(|| Own::newest(db, Effect::Rests));
        match newest.transpose() {
            Ok(newest) => Stored {
                done,
                waiting: newest.map(|newest| self.begin_waiting(newest)),
                is_made: false,
            },
            Err(error) => Stored::failed(error),
        }
    }

    /// Waits until everything is applied here and everywhere that is committed by now: a command at the shell made a change.
    ///
    /// # Errors
    /// `Unavailable` when the index does not get there.
    pub fn catch_up(&self, db: &Db) -> Result<()> {
        let newest = Own::newest(db, Effect::Stops)?;
        self.reach(db, self.begin_waiting(newest))
    }
}

/// True of a refusal that says that what was asked for is so already, or that the thing is gone.
fn is_so_already<T>(done: &Result<T>) -> bool {
    matches!(done, Err(Error::Conflict(_) | Error::NotFound))
}
