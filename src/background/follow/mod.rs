//! Keeps the index in step with the database: loads it whole, then applies the change log.
//!
//! One thread does all of it, on a connection of its own ([`watch`]); whoever makes a change waits until that thread has
//! applied it ([`Follower::change`]). What the log says is only applied where it goes on from what was applied before
//! (`history.rs`); where it does not, the index is in doubt and loaded anew.

mod changes;
mod credentials;
mod entries;
mod groups;
mod history;
mod load;
mod look;
mod pace;
mod secrets;
mod shared;
mod stops;
mod waiting;
mod waits;
pub mod watch;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

pub use self::changes::Stored;
use self::entries::Limiters;
use self::groups::Groups;
use self::history::History;
use self::pace::Pace;
pub use self::shared::{Node, set_clock};
use self::stops::Undecided;
use self::waits::Waits;
use super::nodes::confirmations::Seen;
use super::nodes::member::Member;
use super::stop_record::StopRecord;
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Db};
use crate::domain::boot_clock::BootClock;
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::time::Clock;
use crate::domain::{Error, Result};
use crate::resolve::Credentials;
use crate::verify::index::Index;
use crate::verify::lease::Lease;

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
    /// What it keeps beside the database.
    record: Option<StopRecord>,
    state: Mutex<State>,
    /// Somebody waits for a change.
    asked: Condvar,
    /// Changes were applied: threads wait for that, and tasks.
    moved: Condvar,
    stirred: Notify,
    /// Changes that wait for other servers.
    waits: Waits,
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
    /// The database in which something works again, as it was looked at last.
    undecided: Option<Undecided>,
    /// The database is to be opened anew: connections of the pool may lead elsewhere.
    must_reopen: bool,
    /// How often somebody came to doubt the index.
    doubts: u64,
    /// When something was put into the index last.
    stepped: Instant,
    /// What keys with a rate limit had used up when they were last forgotten.
    limiters: Limiters,
    /// This server among others; with whoever renews its lease meanwhile.
    member: Option<Member>,
    /// The other servers, as they were read last.
    seen: Seen,
    /// How often this machine may have stood still with its clocks.
    standstills: u64,
    /// When it was last found that the database goes on from another state, by the clock of leases.
    lost: Option<Duration>,
    /// While changes wait for one that holds their lock: when that is looked at again, by the clock of leases.
    holder_due: Option<Duration>,
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
    /// The database was put back, and nobody has decided yet what becomes of what works again in it.
    Undecided,
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
            record: None,
            state: Mutex::new(State {
                turn: Turn(0),
                history: None,
                groups: Groups::new(),
                busy: None,
                looked: Instant::now(),
                head: 0,
                trouble: None,
                undecided: None,
                must_reopen: false,
                doubts: 0,
                stepped: Instant::now(),
                limiters: Limiters::new(),
                member: None,
                seen: Seen::default(),
                standstills: 0,
                lost: None,
                holder_due: None,
                pace: Pace::default(),
                is_asked: false,
                is_failing: false,
            }),
            asked: Condvar::new(),
            moved: Condvar::new(),
            stirred: Notify::new(),
            waits: Waits::default(),
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
