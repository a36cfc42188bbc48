//! Reads of credentials that have to be on record before their answer. While a key has room in its budget each read has a
//! row of its own; beyond it reads wait, and those that are alike share one row with their number. So a key that reads
//! without end fills no disk, and still nothing is read without a record.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot::{self, Receiver, Sender};

use super::change_budget::{ChangeBudget, Lane};
use crate::actions::credential_reads::Read;
use crate::actions::integrations::Target;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::role::Actor;

/// How long a read waits for room.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows of one key that wait at once.
const MOST: usize = 50;

/// What waits, of each key that is beyond its budget.
#[derive(Debug, Default)]
pub struct ReadRecords(Mutex<HashMap<KeyId, Vec<Waiting>>>);

/// A read as its row has it.
#[derive(Debug)]
pub struct Row {
    /// Who reads.
    pub by: Actor,
    /// Of which integration, for which project.
    pub target: Target,
    /// What.
    pub read: Read,
}

impl Row {
    /// True for reads that differ in nothing but their moment.
    fn is_like(&self, other: &Self) -> bool {
        self.read == other.read
            && self.target == other.target
            && self.by.address == other.by.address
    }
}

/// Reads that share the row of the first of them.
#[derive(Debug)]
pub struct Waiting {
    /// The row.
    pub row: Row,
    /// Who waits for it to be written, each with a read.
    pub told: Vec<Sender<Result<()>>>,
}

impl Waiting {
    fn new(row: Row) -> (Self, Receiver<Result<()>>) {
        let (teller, receiver) = oneshot::channel();
        let told = vec![teller];
        (Self { row, told }, receiver)
    }
}

/// What becomes of a read.
#[derive(Debug)]
pub enum Admitted {
    /// Its row is written now.
    AtOnce(Box<Row>),
    /// It is told when its row was written.
    Waits(Receiver<Result<()>>),
    /// The same, and nobody writes what waits of this key yet.
    WaitsFirst(Receiver<Result<()>>),
}

/// What is written next.
#[derive(Debug)]
pub enum Next {
    /// Nothing waits any more.
    Nothing,
    /// There is no room yet.
    NotYet,
    /// All of these, if there is room for them.
    Now(Vec<Waiting>, Result<()>),
}

impl ReadRecords {
    /// Takes a read in.
    ///
    /// # Errors
    /// `Excess` when too much waits already.
    pub fn admit(&self, budget: &ChangeBudget, key: KeyId, row: Row) -> Result<Admitted> {
        let mut all = self.lock();
        let room = |row: &Row| budget.take(&row.by, Lane::Reading, 1);
        let Some(waiting) = all.get_mut(&key) else {
            if room(&row).is_ok() {
                return Ok(Admitted::AtOnce(Box::new(row)));
            }
            let (first, told) = Waiting::new(row);
            all.insert(key, vec![first]);
            return Ok(Admitted::WaitsFirst(told));
        };
        if let Some(like) = waiting.iter_mut().find(|one| one.row.is_like(&row)) {
            let (teller, told) = oneshot::channel();
            like.told.push(teller);
            return Ok(Admitted::Waits(told));
        }
        if waiting.len() >= MOST {
            return room(&row).map(|()| Admitted::AtOnce(Box::new(row)));
        }
        let (one, told) = Waiting::new(row);
        waiting.push(one);
        Ok(Admitted::Waits(told))
    }

    /// What waits of a key, when there is room for it or it waited for too long.
    pub fn next(&self, budget: &ChangeBudget, key: KeyId, waited: Duration) -> Next {
        let mut all = self.lock();
        let Some((first, waiting)) = all
            .get_mut(&key)
            .and_then(|waiting| Some((waiting.first()?.row.by.clone(), waiting)))
        else {
            all.remove(&key);
            return Next::Nothing;
        };
        let room = budget.take(&first, Lane::Reading, waiting.len());
        if room.is_ok() || waited >= PATIENCE {
            Next::Now(mem::take(waiting), room)
        } else {
            Next::NotYet
        }
    }

    /// Sends away what waits of a key: nobody will write it.
    pub fn forget(&self, key: KeyId) {
        self.lock().remove(&key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyId, Vec<Waiting>>> {
        // Whoever panicked while holding it left no row half made.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
