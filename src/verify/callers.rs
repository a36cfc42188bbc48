//! Who uses the keys whose allowlist is observed, on the way to the database. Verification never waits for it.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use papaya::HashMap;

use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::Timestamp;

/// Most callers between two collections; further ones are lost, and counted as such.
const MOST: usize = 10_000;

/// What was seen of a caller since the last collection.
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

/// A key, and the address from which it was used, as far as that was known.
pub type Caller = (KeyId, Option<IpAddr>);

/// Callers that wait to be written.
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

    /// Adds to what is known of a caller: a request, or what could not be written.
    pub fn put(&self, caller: Caller, more: Seen) {
        let seen = self.seen.pin();
        if seen.len() >= MOST && !seen.contains_key(&caller) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        seen.update_or_insert(caller, |before| before.add(&more), more);
    }

    /// Takes what was seen. A request that comes meanwhile is in this collection or in the next.
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
