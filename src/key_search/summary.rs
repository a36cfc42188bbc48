//! What stands around every list of a tenant's keys: how many are in which state, and how many need attention. It is counted
//! once, and again when a key changed or time alone may have changed a count.

use super::page::{Attention, Counts};
use super::sieve::{Entry, Sieve};
use crate::domain::key::State;

/// The counts, and from when to when they hold. Instants are microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub(super) totals: Counts,
    pub(super) attention: Attention,
    from: i64,
    /// From then on they may be others.
    until: i64,
}

impl Summary {
    pub(super) fn of(entries: &[Entry], sieve: &Sieve<'_>) -> Self {
        let (mut totals, mut attention) = (Counts::default(), Attention::default());
        let mut until = i64::MAX;
        for entry in entries {
            let state = sieve.state(entry);
            totals.add(state);
            attention.rotating += usize::from(entry.is_rotating());
            if state == State::Active {
                attention.expiring += usize::from(sieve.is_soon(entry));
                attention.unused += usize::from(sieve.is_unused(entry));
                attention.ownerless += usize::from(!entry.is_owned);
            }
            if !entry.revoked {
                until = until.min(sieve.changes_at(entry));
            }
        }
        Self {
            totals,
            attention,
            from: sieve.now(),
            until,
        }
    }

    /// Whether they hold at the sieve's instant too.
    pub(super) fn holds(&self, sieve: &Sieve<'_>) -> bool {
        (self.from..self.until).contains(&sieve.now())
    }
}
