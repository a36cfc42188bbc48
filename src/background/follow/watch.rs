//! The thread that follows the change log, and one that watches it.
//!
//! It has a connection of its own, so that nobody's queries hold it up. A database that stops in the middle of an answer
//! keeps who waits for it waiting for ever, and the driver knows no deadline: so the watching thread gives up on a follower
//! that waits for too long, and starts another one with another connection. The turn that it takes from the old one
//! keeps that from applying what it read long ago.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::shared::heard;
use super::{Follower, Trouble, Turn};
use crate::background::vitals::Vitals;
use crate::db::pool::Own;
use crate::db::{Db, dialect};
use crate::domain::Result;
use crate::domain::boot_clock::BootClock;
use crate::domain::standstill::Standstill;
use crate::domain::time::Clock;

/// How often changes of other servers are looked for; a change of this one is looked for at once.
const EVERY: Duration = Duration::from_millis(100);
/// How often a connection is asked whether it was told of a change.
const GLANCE: Duration = Duration::from_millis(5);
/// How often other servers are read while a change waits for them.
const BESIDE_WAITS: Duration = Duration::from_millis(2);
/// How long the database may take for one answer.
const DEADLINE: Duration = Duration::from_secs(2);
/// Followers at once, all but one given up: more would only add connections that nobody answers.
const MOST: usize = 8;

/// The running threads.
pub struct Watch {
    follower: Arc<Follower>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to follow.
    ///
    /// # Errors
    /// One line when a thread can't be started.
    pub fn start(
        follower: &Arc<Follower>,
        db: &Db,
        vitals: &Arc<Vitals>,
    ) -> std::result::Result<Self, String> {
        let stopping = Arc::new(AtomicBool::new(false));
        let failed = |cause: std::io::Error| format!("can't start the follow job: {cause}");
        let (begun, inner, db) = (Arc::clone(&stopping), Arc::clone(follower), db.clone());
        let first = spawn(&inner, &db, &begun).map_err(failed)?;
        let vitals = Arc::clone(vitals);
        let thread = Builder::new()
            .name("follow watch".into())
            .spawn(move || watch(&inner, &db, &begun, first, &vitals))
            .map_err(failed)?;
        Ok(Self {
            follower: Arc::clone(follower),
            stopping,
            thread: Some(thread),
        })
    }

    fn end(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.follower.asked.notify_all();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the watch over following the change log had panicked");
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts a follower; from here on it is its turn.
fn spawn(
    follower: &Arc<Follower>,
    db: &Db,
    stopping: &Arc<AtomicBool>,
) -> std::io::Result<JoinHandle<()>> {
    let turn = follower.next_turn();
    let (follower, db, stopping) = (Arc::clone(follower), db.clone(), Arc::clone(stopping));
    let run = move || {
        let _doubt = DoubtOnPanic(&follower);
        follow(&follower, &db, turn, &stopping);
    };
    Builder::new().name("follow".into()).spawn(run)
}

/// Keeps one follower at work until it is told to stop.
fn watch(
    follower: &Arc<Follower>,
    db: &Db,
    stopping: &Arc<AtomicBool>,
    first: JoinHandle<()>,
    vitals: &Arc<Vitals>,
) {
    let _pulse = vitals.pulse("follow watch");
    let (mut current, mut given_up) = (first, Vec::new());
    let mut standstill = Standstill::default();
    while !stopping.load(Ordering::SeqCst) {
        // From the very start: what comes before the first look is not noticed.
        if let Some(jump) = standstill.look(&Clock::System, &BootClock::default()) {
            follower.note_standstill(jump);
        }
        std::thread::park_timeout(EVERY);
        given_up.retain(|old: &JoinHandle<()>| !old.is_finished());
        let is_silent = follower.busy_for().is_some_and(|time| time > DEADLINE);
        let ended = current.is_finished() && !stopping.load(Ordering::SeqCst);
        if ended {
            vitals.note_panic();
            tracing::error!(
                "the thread that follows the change log had panicked; another one goes on"
            );
        } else if is_silent && given_up.len() + 1 < MOST {
            tracing::error!(
                seconds = DEADLINE.as_secs(),
                "the database is silent on the connection on which changes are followed; a new connection is made"
            );
        } else {
            continue;
        }
        match spawn(follower, db, stopping) {
            Ok(next) => given_up.push(std::mem::replace(&mut current, next)),
            Err(cause) => tracing::error!(%cause, "can't start the follow job"),
        }
    }
    // A load under way ends with its next step.
    follower.next_turn();
    // Whoever waits for a silent database is left behind; the process ends without it.
    while !current.is_finished() && follower.busy_for().is_none_or(|time| time <= DEADLINE) {
        follower.asked.notify_all();
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Looks at the change log again and again, until it is told to stop or has lost its turn.
fn follow(follower: &Follower, db: &Db, turn: Turn, stopping: &AtomicBool) {
    let mut own = None;
    while !stopping.load(Ordering::SeqCst) {
        let was_open = own.is_some();
        let mut looked = look(follower, db, turn, &mut own);
        if looked.is_err() && was_open {
            // An old connection may just have died, as all do when the database is started anew.
            looked = look(follower, db, turn, &mut own);
        }
        follower.report(turn, &looked);
        if !rest(follower, turn, own.as_mut()) {
            break;
        }
    }
    if stopping.load(Ordering::SeqCst)
        && follower.is_shared()
        && let Err(error) = leave(follower, db, own)
    {
        tracing::warn!(%error, "others wait for this server until its lease has run out");
    }
}

/// Takes this server from the others. A look that the end came into the middle of has lost its connection.
fn leave(follower: &Follower, db: &Db, own: Option<Own>) -> Result<()> {
    let mut own = own.map_or_else(|| connect(follower, db), Ok)?;
    follower.leave(own.conn())
}

/// Waits until there may be something to do; false when the turn is lost. The driver has no way to wait for what a
/// connection is told, so it is asked for that again and again, which costs the database nothing.
fn rest(follower: &Follower, turn: Turn, own: Option<&mut Own>) -> bool {
    let Some(own) = own.filter(|_| follower.is_shared()) else {
        return follower.rest(turn, EVERY) != Rest::TurnLost;
    };
    let begun = Instant::now();
    loop {
        match follower.rest(turn, GLANCE) {
            Rest::TurnLost => return false,
            Rest::Asked => return true,
            Rest::Quiet if begun.elapsed() >= EVERY || heard(own.conn()) => return true,
            Rest::Quiet => {}
        }
    }
}

/// One look, on a connection that is made when it is needed and thrown away when it failed.
fn look(follower: &Follower, db: &Db, turn: Turn, own: &mut Option<Own>) -> Result<()> {
    let kept = own.take();
    if db.is_torn() {
        follower.step(turn, |state| {
            follower.index.doubt();
            state.trouble = Some(Trouble::TornFiles);
            Ok(())
        })?;
    }
    if follower.step(turn, |state| Ok(state.must_reopen))? {
        db.open_anew()?;
        follower.step(turn, |state| {
            state.must_reopen = false;
            Ok(())
        })?;
    }
    let kept = match kept {
        Some(kept) if db.is_current(&kept)? => Some(kept),
        _ => None,
    };
    let mut mine = match kept {
        Some(kept) => kept,
        None => connect(follower, db)?,
    };
    follower.round(mine.conn(), turn)?;
    *own = Some(mine);
    Ok(())
}

fn connect(follower: &Follower, db: &Db) -> Result<Own> {
    let mut own = db.own("keystead follow")?;
    if follower.is_shared() {
        dialect::follow_changes(own.conn())?;
    }
    Ok(own)
}

/// How a rest ended.
#[derive(PartialEq, Eq)]
enum Rest {
    /// Another thread has taken over.
    TurnLost,
    /// Somebody waits.
    Asked,
    Quiet,
}

impl Follower {
    /// Takes the turn from whoever has it.
    fn next_turn(&self) -> Turn {
        let mut state = self.lock();
        state.turn = Turn(state.turn.0 + 1);
        // Watched from here on: also when the thread can't be started.
        state.busy = Some(Instant::now());
        state.turn
    }

    /// For how long the thread whose turn it is has waited for an answer of the database.
    fn busy_for(&self) -> Option<Duration> {
        self.lock().busy.map(|since| since.elapsed())
    }

    /// Says when looks begin to fail and when that ends, not each time.
    fn report(&self, turn: Turn, looked: &Result<()>) {
        let mut state = self.lock();
        if state.turn != turn {
            return;
        }
        match looked {
            Err(error) if !state.is_failing => {
                tracing::error!(job = "follow", %error, "a background job fails; it goes on trying")
            }
            Ok(()) if state.is_failing => {
                tracing::info!(job = "follow", "the background job works again")
            }
            _ => {}
        }
        state.is_failing = looked.is_err();
        state.busy = None;
    }

    /// Waits until somebody asks, or it is time.
    fn rest(&self, turn: Turn, most: Duration) -> Rest {
        let mut state = self.lock();
        let waits = !self.waits.are_over();
        if !state.is_asked {
            let most = if waits { most.min(BESIDE_WAITS) } else { most };
            state = self
                .asked
                .wait_timeout(state, most)
                .map_or_else(|broken| broken.into_inner().0, |(state, _)| state);
        }
        if state.turn != turn {
            return Rest::TurnLost;
        }
        let asked = std::mem::take(&mut state.is_asked) || waits;
        if asked { Rest::Asked } else { Rest::Quiet }
    }
}

/// A panic may have left changes unapplied: the index then answers nothing until a later look has applied them.
struct DoubtOnPanic<'a>(&'a Follower);

impl Drop for DoubtOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.doubt();
        }
    }
}
