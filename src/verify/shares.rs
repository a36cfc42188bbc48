//! Whose turn it is when not every request can be recorded: each key and each tenant has a part of its own first, then comes
//! what is left.
//!
//! Counts are kept by a part of the id, so two in thousands may share one. They take no lock, are written only where a
//! record is made, and begin anew every few seconds.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::domain::id::{KeyId, TenantId};
use crate::domain::verdict::Code;

/// Counts of each kind; a power of two.
const COUNTS: usize = 4_096;
/// Time after which counting begins anew, in microseconds.
const WINDOW: u64 = 8_000_000;
/// Parts of a burst that a tenant and a key may have in that time, before others come first.
const TENANT_PART: usize = 8;
const KEY_PART: usize = 16;
/// Refusals of one key that does not work any more: they are all alike, so these stand for the rest, which a gap counts.
const DEAD: u32 = 64;

/// Whom a record is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The key.
    pub key: KeyId,
    /// Its tenant.
    pub tenant: TenantId,
    /// The answer.
    pub code: Code,
}

/// What is to be done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It may have what there is.
    Own,
    /// It may have what others do not need.
    Rest,
    /// Others like it were recorded.
    None,
}

/// What keys and tenants had of the log.
#[derive(Debug)]
pub struct Shares {
    of_key: u32,
    of_tenant: u32,
    keys: Box<[AtomicU32]>,
    tenants: Box<[AtomicU32]>,
    age: AtomicU64,
}

impl Shares {
    /// Shares of a log that takes bursts of so many requests.
    pub fn new(burst: usize) -> Self {
        let part = |of: usize| u32::try_from((burst / of).max(1)).unwrap_or(u32::MAX);
        let counts = || (0..COUNTS).map(|_| AtomicU32::new(0)).collect();
        Self {
            of_key: part(KEY_PART),
            of_tenant: part(TENANT_PART),
            keys: counts(),
            tenants: counts(),
            age: AtomicU64::new(0),
        }
    }

    /// What a request may have. Only reads.
    pub fn claim(&self, subject: &Subject) -> Claim {
        let of_key = count(&self.keys, &subject.key.bytes()).load(Ordering::Relaxed);
        if is_dead(subject.code) && of_key >= self.of_key.min(DEAD) {
            return Claim::None;
        }
        let has_more = of_key >= self.of_key
            || count(&self.tenants, &subject.tenant.bytes()).load(Ordering::Relaxed)
                >= self.of_tenant;
        if has_more { Claim::Rest } else { Claim::Own }
    }

    /// Notes that a request is recorded.
    pub fn note(&self, subject: &Subject) {
        count(&self.keys, &subject.key.bytes()).fetch_add(1, Ordering::Relaxed);
        count(&self.tenants, &subject.tenant.bytes()).fetch_add(1, Ordering::Relaxed);
    }

    /// So many microseconds went by. One thread tells.
    pub fn pass(&self, elapsed: u64) {
        let age = self.age.load(Ordering::Relaxed).saturating_add(elapsed);
        let is_over = age >= WINDOW;
        self.age
            .store(if is_over { 0 } else { age }, Ordering::Relaxed);
        if is_over {
            for count in self.keys.iter().chain(&self.tenants) {
                count.store(0, Ordering::Relaxed);
            }
        }
    }
}

/// The count of an id, by its last bytes, which are random.
fn count<'a>(counts: &'a [AtomicU32], id: &[u8; 16]) -> &'a AtomicU32 {
    &counts[usize::from(u16::from_le_bytes([id[14], id[15]])) % COUNTS]
}

/// True for a key that does not work, whoever asks and for what.
fn is_dead(code: Code) -> bool {
    matches!(
        code,
        Code::TenantSuspended | Code::Revoked | Code::Disabled | Code::Expired
    )
}
