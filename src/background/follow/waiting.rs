//! The wait until a change is applied here and, among several servers, everywhere: on a thread of its own, or as one of many
//! that hold none.

use std::sync::TryLockError;
use std::time::{Duration, Instant};

use super::shared::count;
use super::waits::Entry;
use super::{Follower, State};
use crate::background::nodes::confirmations::{Standing, Wait};
use crate::background::nodes::{LONGEST_LEASE, lapse};
use crate::db::change_confirmations::{self, Confirmation};
use crate::db::change_log::{Effect, Position};
use crate::db::{Db, confirmed_events};
use crate::domain::id::AuditId;
use crate::domain::{Error, Result};

/// How long a change waits without progress until it is applied, before it is answered as "stored, and its effect is not known".
const PATIENCE: Duration = Duration::from_secs(5);
/// The same, while there is progress.
const LONGEST: Duration = Duration::from_secs(30);
/// How soon the state is looked at again that somebody else holds: nobody waits for it on a thread that answers requests.
const HELD: Duration = Duration::from_millis(1);
/// Of the time that was waited already, the part that may pass until the next look: a thousand changes that wait for a server
/// that hangs must not keep this one busy.
const RARER: u32 = 16;
/// But no more than this.
const RAREST: Duration = Duration::from_millis(100);

/// A change that was committed.
pub(super) struct Own {
    pub(super) position: Position,
    pub(super) effect: Effect,
    /// The rows of the audit log that tell of it, and the id of what each is about.
    pub(super) rows: Vec<(AuditId, String)>,
}

/// It waits, until it is dropped.
pub(super) struct Waiting {
    own: Own,
    begun: Instant,
    /// The wait for the others, if there may be others.
    everywhere: Option<(Wait, Entry)>,
}

/// What came of a look.
enum Step {
    /// It is applied, and how that was confirmed, if others were asked.
    Reached(Option<Confirmation>),
    /// The next look is due when something was applied, and after this time at the latest.
    Waits(Duration),
}

/// A change that is confirmed, to be noted.
struct Confirmed {
    confirmation: Confirmation,
    rows: Vec<AuditId>,
}

impl Follower {
    /// Begins to wait for what was committed by now.
    pub(super) fn begin_waiting(&self, own: Own) -> Waiting {
        let everywhere = self.is_shared().then(|| {
            let clock = self.index.lease().clock();
            let wait = Wait::new(own.position.rev, clock.now(), own.effect != Effect::Adds);
            let about = own.rows.iter().map(|(_, object)| object.clone());
            let entry = self.waits.begin(about.collect(), wait.ends());
            (wait, entry)
        });
        let begun = Instant::now();
        // Once: while a change waits, this server and the others are looked at again and again.
        self.lock().is_asked = true;
        self.asked.notify_all();
        Waiting {
            own,
            begun,
            everywhere,
        }
    }

    /// Waits on this thread, and notes how the change was confirmed.
    ///
    /// # Errors
    /// `Unavailable` when this server follows a history without the change, or does not get there.
    pub(super) fn reach(&self, db: &Db, mut waiting: Waiting) -> Result<()> {
        let mut state = self.lock();
        let confirmation = loop {
            match waiting.look(self, &mut state)? {
                Step::Reached(confirmation) => break confirmation,
                Step::Waits(most) => {
                    let woken = self.moved.wait_timeout(state, most);
                    state = woken.map_or_else(|broken| broken.into_inner().0, |(state, _)| state);
                }
            }
        };
        drop(state);
        if let Some(confirmed) = waiting.over(confirmation) {
            confirmed.note(db);
        }
        Ok(())
    }

    /// As [`Follower::reach`], for a task: it waits on no thread.
    pub(super) async fn reach_beside(&self, db: &Db, mut waiting: Waiting) -> Result<()> {
        let confirmation = loop {
            // Before the look, so that nothing is missed that is applied after it.
            let mut moved = std::pin::pin!(self.stirred.notified());
            moved.as_mut().enable();
            let step = match self.state.try_lock() {
                Ok(mut state) => waiting.look(self, &mut state)?,
                Err(TryLockError::Poisoned(broken)) => {
                    waiting.look(self, &mut broken.into_inner())?
                }
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(HELD).await;
                    continue;
                }
            };
            match step {
                Step::Reached(confirmation) => break confirmation,
                Step::Waits(most) => {
                    let rest = (waiting.begun.elapsed() / RARER).min(RAREST).min(most);
                    if rest > HELD {
                        tokio::time::sleep(rest).await;
                    }
                    // Either is a reason to look again.
                    let _ = tokio::time::timeout(most.saturating_sub(rest), moved).await;
                }
            }
        };
        if let Some(confirmed) = waiting.over(confirmation) {
            let db = db.clone();
            // It logs what goes wrong; a server that stops notes no more.
            let _ = tokio::task::spawn_blocking(move || confirmed.note(&db)).await;
        }
        Ok(())
    }

    /// Tells those who wait that something was applied.
    pub(super) fn tell_moved(&self) {
        self.moved.notify_all();
        self.stirred.notify_waiters();
    }
}

impl Waiting {
    fn look(&mut self, follower: &Follower, state: &mut State) -> Result<Step> {
        let (wanted, begun) = (self.own.position, self.begun);
        let is_here = match &state.history {
            Some(history) if history.has(wanted) => true,
            // A look that began after the change was committed, in the same database, would have found it.
            Some(history) if history.at().rev >= wanted.rev || state.looked > begun => {
                state.must_reopen = true;
                state.is_asked = true;
                return Err(Error::Unavailable(format!(
                    "change {} is stored, and this server follows a history without it",
                    wanted.rev
                )));
            }
            None | Some(_) => false,
        };
        match &mut self.everywhere {
            Some((wait, entry)) => look_around(follower, state, wait, entry, is_here),
            None if is_here => Ok(Step::Reached(None)),
            None => look_here(follower, state, begun, wanted.rev),
        }
    }

    /// What is to be noted of it at the end: the proof of rows of the audit log that tell of it.
    fn over(self, confirmation: Option<Confirmation>) -> Option<Confirmed> {
        let confirmation = confirmation.filter(|_| self.own.effect == Effect::Stops)?;
        let rows: Vec<AuditId> = self.own.rows.iter().map(|(row, _)| *row).collect();
        (!rows.is_empty()).then_some(Confirmed { confirmation, rows })
    }
}

/// Many changes at once take their time; as long as there is progress, they are waited for.
fn look_here(follower: &Follower, state: &mut State, begun: Instant, rev: i64) -> Result<Step> {
    let left = PATIENCE
        .saturating_sub(begun.max(state.stepped).elapsed())
        .min(LONGEST.saturating_sub(begun.elapsed()));
    if left.is_zero() {
        return Err(Error::Unavailable(format!(
            "change {rev} is stored, and the index did not reach it in time"
        )));
    }
    state.is_asked = true;
    follower.asked.notify_all();
    Ok(Step::Waits(left))
}

/// Whether no server accepts any more what this change forbids; a change that forbids nothing is waited for only a moment.
fn look_around(
    follower: &Follower,
    state: &State,
    wait: &mut Wait,
    entry: &Entry,
    is_here: bool,
) -> Result<Step> {
    let standing = wait.look(&state.seen);
    if state.is_blind_since(wait.committed()) {
        wait.last();
    }
    let (now, ends) = (follower.index.lease().clock().now(), wait.ends());
    if now >= ends && state.history.is_none() {
        return Err(Error::Unavailable(format!(
            "change {} is stored, and the database goes on from another state by now",
            wait.rev()
        )));
    }
    let is_everywhere = standing.as_ref().is_some_and(|at| at.missing.is_empty());
    let standing = standing.unwrap_or_default();
    if (is_here && is_everywhere && !wait.lasts()) || now >= ends {
        let Standing {
            nodes, confirmed, ..
        } = standing;
        let waited = now.saturating_sub(wait.committed());
        return Ok(Step::Reached(Some(Confirmation {
            rev: wait.rev(),
            nodes: count(nodes),
            lapsed: count(nodes.saturating_sub(confirmed)),
            waited_ms: i64::try_from(waited.as_millis()).unwrap_or(i64::MAX),
        })));
    }
    entry.put(standing.missing, ends);
    Ok(Step::Waits(ends.saturating_sub(now)))
}

impl State {
    /// True while a server may still answer that has no row: the database was put back to a state from before it began.
    fn is_blind_since(&self, committed: Duration) -> bool {
        let lost = |at: Duration| committed < at + lapse(LONGEST_LEASE);
        self.lost.is_some_and(lost)
    }
}

impl Confirmed {
    fn note(&self, db: &Db) {
        let rev = self.confirmation.rev;
        let noted = db.note(|conn| {
            change_confirmations::note(conn, &self.confirmation)?;
            confirmed_events::note(conn, rev, &self.rows)
        });
        if let Err(error) = noted {
            tracing::warn!(%error, rev, "how a change was confirmed could not be noted");
        }
    }
}
