//! How many changes a tenant may make, and each of its keys and people: an even flow, and more at once after a pause.
//! Every change is written to disk for all tenants, so none may make as many as it likes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::excess::Excess;
use crate::domain::id::{KeyId, TenantId, UserId};
use crate::domain::role::{Actor, Role, Who};
use crate::domain::time::Clock;
use crate::domain::{Error, Result};

/// What a change is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// What most changes share.
    Usual,
    /// Revoking, disabling and ending: however much else is changed, there is room to stop a key.
    Containing,
    /// What is read and has to be on record.
    Reading,
}

/// Seconds whose changes may be made at once after a pause: by a key or a person, and by a tenant. What viewers can't use
/// up is left to keys, and what keys can't is left to admins.
const OWN: Duration = Duration::from_secs(10);
const OF_KEYS: Duration = Duration::from_secs(20);
const OF_ADMINS: Duration = Duration::from_secs(30);
/// Entries before those are looked for that owe nothing any more.
const FEW: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spender {
    Tenant(TenantId),
    Key(KeyId),
    Person(UserId),
}

/// The budgets of this server.
#[derive(Debug)]
pub struct ChangeBudget {
    per_second: u32,
    clock: Clock,
    spent: Mutex<Spent>,
}

/// Until when each has spent: only those are in it who changed something in the last seconds.
#[derive(Debug, Default)]
struct Spent {
    until: HashMap<(Spender, Lane), Duration>,
    sweep_at: usize,
}

impl Spent {
    fn owed(&self, of: (Spender, Lane), now: Duration) -> Duration {
        let until = self.until.get(&of).copied().unwrap_or_default();
        until.saturating_sub(now)
    }

    fn sweep(&mut self, now: Duration) {
        if self.until.len() >= self.sweep_at.max(FEW) {
            self.until.retain(|_, until| *until > now);
            self.sweep_at = self.until.len() * 2;
        }
    }
}

impl ChangeBudget {
    /// Nothing was spent yet. With 0 there is no bound.
    pub fn new(per_second: u32, clock: &Clock) -> Self {
        Self {
            per_second,
            clock: clock.clone(),
            spent: Mutex::default(),
        }
    }

    /// Takes so many changes. Many in one request need room for one only: whoever makes them waits the longer afterwards.
    ///
    /// # Errors
    /// `Excess` with the seconds to wait; nothing is taken then.
    pub fn take(&self, by: &Actor, lane: Lane, changes: usize) -> Result<()> {
        let (spender, of_tenant) = match &by.who {
            Who::Key { id, .. } => (Spender::Key(*id), OF_KEYS),
            Who::Person { id, role, .. } => match role {
                Role::Admin => (Spender::Person(*id), OF_ADMINS),
                Role::Viewer => (Spender::Person(*id), OWN),
            },
            Who::Operator | Who::Keystead => return Ok(()),
        };
        let per_second = match lane {
            Lane::Usual | Lane::Reading => self.per_second,
            Lane::Containing => self.per_second * 2,
        };
        if per_second == 0 || changes == 0 {
            return Ok(());
        }
        let each = Duration::from_secs(1) / per_second;
        let all = each.saturating_mul(u32::try_from(changes).unwrap_or(u32::MAX));
        let now = self.clock.elapsed();
        // Whoever panicked while holding it left numbers that are still true.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let bounds = [(spender, OWN), (Spender::Tenant(by.tenant), of_tenant)];
        let wait = bounds.map(|(of, room)| {
            let owed = spent.owed((of, lane), now) + each;
            owed.saturating_sub(room)
        });
        if let Some(wait) = wait.into_iter().max().filter(|wait| !wait.is_zero()) {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            return Err(Error::Excess(Excess::Changes(per_second), seconds));
        }
        spent.sweep(now);
        for (of, _) in bounds {
            let owed = spent.owed((of, lane), now);
            spent.until.insert((of, lane), now + owed + all);
        }
        Ok(())
    }
}
