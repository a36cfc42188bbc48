//! Keys and verifiers that were used, and are still stored under an older pepper: they wait to be moved to the newest.
//! That takes the text that was presented, as the database has no more than its digest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::key_lookup::Place;
use crate::domain::id::{KeyId, TenantId, VerifierId};
use crate::domain::pepper::Digest;

/// How many may wait at once. One that finds no room is offered again at its next use.
const MOST: usize = 10_000;

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A key of a tenant.
    Key(TenantId, KeyId),
    /// A verifier.
    Verifier(VerifierId),
}

/// What it takes to move one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The key or verifier.
    pub holder: Holder,
    /// The pepper it was found under.
    pub from: i32,
    /// The digest it was found under.
    pub was: Digest,
    /// The newest pepper.
    pub to: i32,
    /// The digest under the newest pepper.
    pub digest: Digest,
}

/// Those that wait, each once.
#[derive(Debug, Default)]
pub struct Moves {
    waiting: Mutex<HashMap<Digest, Move>>,
}

impl Moves {
    /// Adds one, unless it was found under the newest pepper. Verification never waits here: while another thread holds
    /// the lock, this does nothing, and the next use tries again.
    pub fn offer(&self, holder: Holder, place: &Place) {
        let Some((to, digest)) = place.newer else {
            return;
        };
        if let Ok(mut waiting) = self.waiting.try_lock()
            && waiting.len() < MOST
        {
            let wanted = Move {
                holder,
                from: place.version,
                was: place.digest,
                to,
                digest,
            };
            waiting.insert(digest, wanted);
        }
    }

    /// Takes all that wait, in an order that is the same on every server: so two that move the same ones can't
    /// deadlock.
    pub fn take(&self) -> Vec<Move> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Move> = waiting.drain().map(|(_, wanted)| wanted).collect();
        drop(waiting);
        taken.sort_by_key(|wanted| wanted.holder);
        taken
    }
}
