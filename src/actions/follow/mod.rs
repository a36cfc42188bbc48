//! Keeps the index in step with the database: loads it whole, then applies the change log.
//!
//! One thread does all of it, on a connection of its own ([`watch`]); whoever makes a change waits until that thread has
//! applied it ([`Follower::change`]). What the log says is only applied where it goes on from what was applied before
//! (`history.rs`); where it does not, the index is in doubt and loaded anew.

mod entries;
mod history;
mod load;
mod look;
pub mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::entries::Groups;
use self::history::History;
use crate::db::change_log::{self, Position};
use crate::db::{self, Conn, Db};
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::time::Clock;
use crate::domain::{Error, Result};
use crate::verify::index::Index;

/// How long a change waits until it is applied before it is answered as "stored, and its effect is not known".
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the peppers at hand, from wherever this installation keeps them.
pub type ReadPeppers = Box<dyn Fn() -> std::result::Result<Vec<Pepper>, String> + Send + Sync>;

/// Whose turn it is to apply changes. A thread that was given up for its silent connection has lost it for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn(u64);

/// The index, and what is known of the history that it follows.
pub struct Follower {
    index: Arc<Index>,
    read_peppers: ReadPeppers,
    clock: Clock,
    state: Mutex<State>,
    /// Somebody waits for a change.
    asked: Condvar,
    /// Changes were applied.
    moved: Condvar,
}

/// What changes hands under the lock. Nobody asks the database while holding it.
struct State {
    turn: Turn,
    /// `None` until the index is loaded, and from the moment on at which it has to be loaded anew.
    history: Option<History>,
    groups: Groups,
    /// Since when the thread whose turn it is waits for the database.
    busy: Option<Instant>,
    /// When the last successful look at the change log began.
    looked: Instant,
    /// The newest change that was seen, applied or not.
    head: i64,
    trouble: Option<Trouble>,
    /// The database is to be opened anew, before everything is loaded.
    is_lost: bool,
    is_asked: bool,
    is_failing: bool,
}

/// Why an index is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database goes on from another state than the one that was followed; all is loaded anew.
    OtherHistory,
    /// What belongs to the database file does not lie beside it any more.
    TornFiles,
}

/// How well the index follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Why the index is in doubt, if that is known.
    pub trouble: Option<Trouble>,
    /// Time since the last successful look at the change log began.
    pub age: Duration,
    /// The newest change that was seen.
    pub head: i64,
}

impl Follower {
    /// Loads every key and verifier in one snapshot. `per_second` is the number of single requests that
    /// are recorded; rate limits count by `clock`.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; `Internal` when a row or the peppers can't be understood.
    pub fn load(
        db: &Db,
        read_peppers: ReadPeppers,
        per_second: usize,
        clock: &Clock,
    ) -> Result<Self> {
        let keys = db.read(db::key_index::count)?;
        let follower = Self {
            index: Arc::new(Index::new(per_second, keys)),
            read_peppers,
            clock: clock.clone(),
            state: Mutex::new(State {
                turn: Turn(0),
                history: None,
                groups: Groups::new(),
                busy: None,
                looked: Instant::now(),
                head: 0,
                trouble: None,
                is_lost: false,
                is_asked: false,
                is_failing: false,
            }),
            asked: Condvar::new(),
            moved: Condvar::new(),
        };
        let at_hand = (follower.read_peppers)().map_err(Error::Internal)?;
        db.snapshot(|conn| {
            // First, so that whatever was kept under a new one is found from the moment it is applied.
            let noted = db::peppers::list_noted(conn)?;
            follower.take_up(Peppers::of(&at_hand, &noted), None);
            follower.load_all(conn, Turn(0), &HashMap::new())
        })?;
        follower.pause(Turn(0));
        Ok(follower)
    }

    /// The index that this follower fills.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// How well it follows.
    pub fn standing(&self) -> Standing {
        let state = self.lock();
        Standing {
            trouble: state.trouble,
            age: state.looked.elapsed(),
            head: state.head,
        }
    }

    /// Notes the number of the newest change, seen by somebody else.
    pub fn note_head(&self, rev: i64) {
        self.lock().head = rev;
    }

    /// Runs a change in one transaction, and waits until the index has applied it: what is answered as done is true for
    /// the next verification.
    ///
    /// # Errors
    /// Those of the change. `OutcomeUnknown` when it is stored, or may be, and the index did not get there; it then
    /// answers nothing until it can be sure again.
    pub fn change<T>(&self, db: &Db, change: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let changed = db.write(|conn| {
            let before = change_log::head(conn)?;
            let done = change(conn)?;
            // Under the lock that the change holds, if it is one that matters: its own place in the history.
            let after = change_log::head(conn)?;
            Ok((done, (after != before).then_some(after)))
        });
        let reached = changed.and_then(|(done, own)| {
            own.map_or(Ok(()), |own| self.confirm(own))
                .map_err(|error| Error::OutcomeUnknown(error.to_string()))?;
            Ok(done)
        });
        if matches!(reached, Err(Error::OutcomeUnknown(_))) {
            self.index.doubt();
        }
        reached
    }

    /// Waits until everything is applied that is committed by now: a command at the shell made a change.
    ///
    /// # Errors
    /// `Unavailable` when the index does not get there.
    pub fn catch_up(&self, db: &Db) -> Result<()> {
        self.confirm(db.read(change_log::head)?)
    }

    /// Waits until this very change is applied.
    fn confirm(&self, wanted: Position) -> Result<()> {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            let history = state.history.as_ref();
            if let Some(history) = history.filter(|history| history.at().rev >= wanted.rev) {
                return if history.has(wanted) {
                    Ok(())
                } else {
                    Err(Error::Unavailable(format!(
                        "change {} is stored, and this server follows a history without it",
                        wanted.rev
                    )))
                };
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(Error::Unavailable(format!(
                    "change {} is stored, and the index did not reach it within {} seconds",
                    wanted.rev,
                    PATIENCE.as_secs()
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

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked in here left the index in doubt, and it is applied again what was applied in part.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of whose turn it is; between two steps the database is asked.
    fn step<T>(&self, turn: Turn, step: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.lock();
        if state.turn != turn {
            let text = "another thread has taken over following the change log";
            return Err(Error::Unavailable(text.into()));
        }
        state.busy = Some(Instant::now());
        step(&mut state)
    }

    /// Ends a thread's wait for the database.
    fn pause(&self, turn: Turn) {
        let mut state = self.lock();
        if state.turn == turn {
            state.busy = None;
        }
    }
}
