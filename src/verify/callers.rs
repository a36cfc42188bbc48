//! The callers of keys whose allowlist is only observed, held in memory until they are written to the database.
//! Verification never waits for that.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use papaya::HashMap;

use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::Timestamp;

/// Most callers that are held; requests of further ones are only counted as lost.
const MOST: usize = 10_000;

/// What was seen of one caller since callers were last taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The tenant of the key.
    pub tenant: TenantId,
    /// Accepted requests.
    pub requests: i64,
    /// The newest of them, in microseconds since 1970.
    pub last_at: i64,
}

impl Seen {
    fn add(&self, more: &Self) -> Self {
        Self {
            requests: self.requests.saturating_add(more.requests),
            last_at: self.last_at.max(more.last_at),
            ..*self
        }
    }
}

/// A key and the address from which it was used; no address when that was not known.
pub type Caller = (KeyId, Option<IpAddr>);

/// Callers that wait to be written to the database.
#[derive(Debug, Default)]
pub struct Callers {
    seen: HashMap<Caller, Seen>,
    lost: AtomicU64,
}

impl Callers {
    /// Notes an accepted request.
    pub fn note(&self, caller: Caller, tenant: TenantId, now: Timestamp) {
        let seen = Seen {
            tenant,
            requests: 1,
            last_at: now.timestamp_micros(),
        };
        self.put(caller, seen);
    }

    /// Adds to what was seen of a caller. Also used to put back what could not be written.
    pub fn put(&self, caller: Caller, more: Seen) {
        let seen = self.seen.pin();
        if seen.len() >= MOST && !seen.contains_key(&caller) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        seen.update_or_insert(caller, |before| before.add(&more), more);
    }

    /// Takes all that was seen. A request that comes meanwhile is taken now or the next time, never twice.
    pub fn take(&self) -> Vec<(Caller, Seen)> {
        let seen = self.seen.pin();
        let callers: Vec<Caller> = seen.keys().copied().collect();
        callers
            .into_iter()
            .filter_map(|caller| seen.remove(&caller).map(|found| (caller, *found)))
            .collect()
    }

    /// Requests whose callers were lost since the last time that somebody asked.
    pub fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}
