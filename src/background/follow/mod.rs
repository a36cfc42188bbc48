//! Keeps the index in step with the database: loads it whole, then applies the change log.
//!
//! One thread does all of it, on a connection of its own ([`watch`]); whoever makes a change waits until that thread has
//! applied it ([`Follower::change`]). What the log says is only applied where it goes on from what was applied before
//! (`history.rs`); where it does not, the index is in doubt and loaded anew.

mod credentials;
mod entries;
mod history;
mod load;
mod look;
mod pace;
mod secrets;
mod shared;
mod waits;
pub mod watch;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::entries::{Groups, Limiters};
use self::history::History;
use self::pace::Pace;
pub use self::shared::{Node, set_clock};
use self::waits::Waits;
use super::nodes::confirmations::Seen;
use super::nodes::member::Member;
use crate::db::change_confirmations;
use crate::db::change_log::{self, Effect, Position};
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Conn, Db, audit_chain, confirmed_events};
use crate::domain::boot_clock::BootClock;
use crate::domain::id::AuditId;
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::time::Clock;
use crate::domain::{Error, Result};
use crate::resolve::Credentials;
use crate::verify::index::Index;
use crate::verify::lease::Lease;

/// How long a change waits without progress until it is applied, before it is answered as "stored, and its effect is not known".
const PATIENCE: Duration = Duration::from_secs(5);
/// The same, while there is progress.
const LONGEST: Duration = Duration::from_secs(30);

/// Reads the peppers at hand, from wherever this installation keeps them.
pub type ReadPeppers = Box<dyn Fn() -> std::result::Result<Vec<Pepper>, String> + Send + Sync>;

/// As [`ReadPeppers`], for master keys.
pub type ReadMasterKeys =
    Box<dyn Fn() -> std::result::Result<Vec<MasterKey>, String> + Send + Sync>;

/// Whose turn it is to apply changes. A thread that was given up for its silent connection has lost it for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn(u64);

/// The index, and what is known of the history that it follows.
pub struct Follower {
    index: Arc<Index>,
    credentials: Arc<Credentials>,
    read_peppers: ReadPeppers,
    master_keys: Option<(MasterKeys, ReadMasterKeys)>,
    clock: Clock,
    /// What it is among others, when there may be others.
    node: Option<Node>,
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
    /// The database is to be opened anew: connections of the pool may lead elsewhere.
    must_reopen: bool,
    /// How often somebody came to doubt the index.
    doubts: u64,
    /// When something was put into the index last.
    stepped: Instant,
    /// What keys with a rate limit had used up when they were last forgotten.
    /// When it was last found that the database goes on from another state, by the clock of leases.
    lost: Option<Duration>,
    limiters: Limiters,
    /// This server among others; with whoever renews its lease meanwhile.
    member: Option<Member>,
    /// The other servers, as they were read last.
    seen: Seen,
    /// How often this machine may have stood still with its clocks.
    standstills: u64,
    /// Changes that wait for other servers.
    waits: Waits,
    /// How many questions a second are answered.
    pace: Pace,
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

/// A change that was committed.
struct Own {
    position: Position,
    effect: Effect,
    /// The rows of the audit log that tell of it, and the id of what each is about.
    rows: Vec<(AuditId, String)>,
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
    /// are recorded; rate limits count by `clock`. As a `node` among others it answers only from its first lease on.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; `Internal` when a row or the peppers can't be understood.
    pub fn load(
        db: &Db,
        read_peppers: ReadPeppers,
        per_second: usize,
        clock: &Clock,
        node: Option<Node>,
    ) -> Result<Self> {
        let lease = match &node {
            Some(_) => Lease::ended(BootClock::default()),
            None => Lease::for_ever(),
        };
        let keys = db.read(db::key_index::count)?;
        let follower = Self {
            index: Arc::new(Index::new(per_second, keys, lease)),
            credentials: Arc::default(),
            read_peppers,
            master_keys: None,
            clock: clock.clone(),
            node,
                lost: None,
            state: Mutex::new(State {
                turn: Turn(0),
                history: None,
                groups: Groups::new(),
                busy: None,
                looked: Instant::now(),
                head: 0,
                trouble: None,
                must_reopen: false,
                doubts: 0,
                stepped: Instant::now(),
                limiters: Limiters::new(),
                member: None,
                seen: Seen::default(),
                standstills: 0,
                waits: Waits::default(),
                pace: Pace::default(),
                is_asked: false,
                is_failing: false,
            }),
            asked: Condvar::new(),
            moved: Condvar::new(),
        };
        let at_hand = (follower.read_peppers)().map_err(Error::Internal)?;
        db.snapshot(|conn| {
            // First, so that whatever was kept under a new one is found from the moment it is applied.
            let noted = secret_checks::list(conn, Kind::Pepper)?;
            follower.take_up(Peppers::of(&at_hand, &noted), None);
            follower.load_all(conn, Turn(0))
        })?;
        follower.pause(Turn(0));
        follower.index.trust();
        Ok(follower)
    }

    /// Has these master keys follow too: what the database notes is taken up from then on.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn with_master_keys(
        mut self,
        db: &Db,
        keys: &MasterKeys,
        read: ReadMasterKeys,
    ) -> Result<Self> {
        self.master_keys = Some((keys.clone(), read));
        // What was noted between their reading and the loading of the index is no change that will be followed.
        db.read(|conn| self.follow_master_keys(conn))?;
        Ok(self)
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
        let changed = db.write(|conn| {
            change_log::take_effect();
            let before = change_log::head(conn)?;
            let done = change(conn)?;
            // Under the lock that the change holds, if it is one that matters: its own place in the history.
            let after = change_log::head(conn)?;
            let effect = change_log::take_effect();
            let matters = after != before || effect == Effect::Stops;
            let own = Own {
                position: after,
                effect,
                rows: audit_chain::written(),
            };
            Ok((done, matters, own))
        });
        let reached = changed.and_then(|(done, matters, own)| {
            let reached = if matters {
                self.reach(db, &own)
            } else {
                Ok(())
            };
            reached.map_err(|error| Error::OutcomeUnknown(error.to_string()))?;
            Ok((done, own.position.rev))
        });
        if matches!(reached, Err(Error::OutcomeUnknown(_))) {
            self.doubt();
        }
        reached
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
        let own = Own {
            position: db.read(change_log::head)?,
            effect: Effect::Stops,
            rows: Vec::new(),
        };
        self.reach(db, &own)
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

    /// Stops answering until a look that begins after this has succeeded.
    fn doubt(&self) {
        let mut state = self.lock();
        state.doubts += 1;
        self.index.doubt();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked in here leaves the index in doubt, and what was applied in part is applied again.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of whose turn it is; between two steps the database is asked.
    fn step<T>(&self, turn: Turn, step: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.lock();
        if state.turn != turn {
            let text = "another thread has taken over following the change log";
            return Err(Error::Unavailable(text.into()));
        }
        let done = step(&mut state);
        // Only now: what is done here is no silence of the database.
        state.busy = Some(Instant::now());
        done
    }

    /// Ends a thread's wait for the database.
    fn pause(&self, turn: Turn) {
        let mut state = self.lock();
        if state.turn == turn {
            state.busy = None;
        }
    }
}
