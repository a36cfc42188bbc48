//! Rotated keys have two secrets for a while: here is noted when each was used last, from where and by which program,
//! so that people see who still has the old one.
//!
//! Verification notes it in memory and never waits; once a second a thread writes it to the database.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_queue::SegQueue;

use super::records::kept_user_agent;
use crate::domain::id::RotationId;
use crate::domain::time::{Timestamp, from_micros};

/// A use is not noted when the last noted one is less than so many microseconds old: else threads that use the same key
/// would slow each other down.
const TICK: i64 = 100_000;

/// A use of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// From where, as far as it is known.
    pub address: Option<IpAddr>,
    /// By which program; at most 200 bytes.
    pub program: Box<str>,
}

/// The last use since the last collection.
#[derive(Debug, Default)]
struct LastUse {
    at: AtomicI64,
    who: Mutex<(Option<IpAddr>, Box<str>)>,
}

impl LastUse {
    fn note(&self, at: i64, address: Option<IpAddr>, program: &str) -> bool {
        if at - self.at.load(Ordering::Relaxed) < TICK {
            return false;
        }
        self.at.fetch_max(at, Ordering::SeqCst);
        // When another thread holds the lock, it notes a use at the same moment, which does as well.
        if let Ok(mut who) = self.who.try_lock() {
            *who = (address, kept_user_agent(program));
        }
        true
    }

    fn take(&self) -> Option<Use> {
        let at = self.at.swap(0, Ordering::SeqCst);
        let (address, program) = self
            .who
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        (at > 0).then(|| Use {
            at: from_micros(at),
            address,
            program,
        })
    }
}

/// One rotation of a key.
#[derive(Debug)]
pub struct Rotation {
    /// Identifier.
    pub id: RotationId,
    /// True when the rotation was cancelled: then the secret that it brought is the former one.
    pub is_cancelled: bool,
    ends_at: Option<Timestamp>,
    old: LastUse,
    new: LastUse,
    handed_over: AtomicBool,
}

impl Rotation {
    /// A rotation whose old secret is accepted until `ends_at`; `None`: until somebody sets an end.
    pub fn new(id: RotationId, ends_at: Option<Timestamp>, is_cancelled: bool) -> Self {
        Self {
            id,
            is_cancelled,
            ends_at,
            old: LastUse::default(),
            new: LastUse::default(),
            handed_over: AtomicBool::new(false),
        }
    }

    /// True while both secrets are accepted.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// The secret of a rotated key that an entry is for.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The rotation.
    pub rotation: Arc<Rotation>,
    /// True for the secret that is being given up.
    pub is_former: bool,
}

impl Secret {
    /// True for a former secret from the instant on at which it is no longer accepted.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.is_former && !self.rotation.is_running(now)
    }
}

/// A rotation with the last use of its old and of its new secret since the last collection.
pub type Collected = (Arc<Rotation>, Option<Use>, Option<Use>);

/// Rotations whose secrets were used since the last collection.
#[derive(Debug, Default)]
pub struct Rotations {
    used: SegQueue<Arc<Rotation>>,
    until_quiet: AtomicBool,
}

impl Rotations {
    /// Notes a use of a secret.
    pub fn note(&self, secret: &Secret, now: Timestamp, address: Option<IpAddr>, program: &str) {
        let rotation = &secret.rotation;
        let last = if secret.is_former {
            &rotation.old
        } else {
            &rotation.new
        };
        if last.note(now.timestamp_micros(), address, program) {
            self.hand_over(rotation);
        }
    }

    fn hand_over(&self, rotation: &Arc<Rotation>) {
        if !rotation.handed_over.swap(true, Ordering::SeqCst) {
            self.used.push(Arc::clone(rotation));
        }
    }

    /// Takes the uses that were noted since the last collection.
    pub fn collect(&self) -> Vec<Collected> {
        let waiting = self.used.len();
        std::iter::from_fn(|| self.used.pop())
            .take(waiting)
            .map(|rotation| {
                // Cleared before the uses are taken: a later use hands the rotation over again, and is not lost.
                rotation.handed_over.store(false, Ordering::SeqCst);
                let (old, new) = (rotation.old.take(), rotation.new.take());
                (rotation, old, new)
            })
            .collect()
    }

    /// Puts uses back that could not be written, for the next collection.
    pub fn put_back(&self, (rotation, old, new): &Collected) {
        for (last, taken) in [(&rotation.old, old), (&rotation.new, new)] {
            if let Some(taken) = taken {
                last.note(taken.at.timestamp_micros(), taken.address, &taken.program);
            }
        }
        self.hand_over(rotation);
    }

    /// Notes that some rotation ends once its old secret is no longer used. To find that out, servers then tell each
    /// other through the database how far they have written.
    pub fn await_quiet(&self) {
        self.until_quiet.store(true, Ordering::Relaxed);
    }

    /// True when there was such a rotation since the start.
    pub fn awaits_quiet(&self) -> bool {
        self.until_quiet.load(Ordering::Relaxed)
    }
}
