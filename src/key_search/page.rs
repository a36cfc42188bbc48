//! What a look at a tenant's keys brings: a page of them, and what stands around it.

use super::filter::Mark;
use crate::domain::id::KeyId;
use crate::domain::key::State;

/// How many keys are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In any state.
    pub all: usize,
    /// By [`State::ALL`].
    by_state: [usize; 4],
}

impl Counts {
    /// How many are in this state.
    pub fn of(&self, state: State) -> usize {
        self.by_state[place_of(state)]
    }

    pub(super) fn add(&mut self, state: State) {
        self.all += 1;
        self.by_state[place_of(state)] += 1;
    }
}

fn place_of(state: State) -> usize {
    State::ALL
        .iter()
        .position(|one| *one == state)
        .unwrap_or_default()
}

/// Keys that somebody should look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attention {
    /// Active ones that end within 14 days.
    pub expiring: usize,
    /// Active ones that were made more than [`UNUSED_DAYS`](super::sieve::UNUSED_DAYS) days ago, and were not used since
    /// that day.
    pub unused: usize,
    /// Of which two secrets work.
    pub rotating: usize,
    /// Active ones that nobody looks after who is still a member.
    pub ownerless: usize,
}

/// A page of a list, and what stands around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPage {
    /// The keys of the page, in order.
    pub ids: Vec<KeyId>,
    /// How many of the keys that the filter lets through come before the page.
    pub before: usize,
    /// Where the page before starts; `None` when it is the first one, or when there is none.
    pub previous: Option<Mark>,
    /// Where the next page starts, if there is one.
    pub next: Option<Mark>,
    /// How many keys the filter lets through.
    pub matching: usize,
    /// By state, of those that the rest of the filter lets through.
    pub counts: Counts,
    /// All of the tenant's keys.
    pub totals: Counts,
    /// What needs attention, whatever the filter says.
    pub attention: Attention,
}
