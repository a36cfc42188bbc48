//! Credentials that can't be opened: which were found since the last collection, and how often in all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::domain::id::{CredentialId, TenantId};

/// What was found.
#[derive(Debug, Default)]
pub struct Damage {
    found: Mutex<HashMap<CredentialId, TenantId>>,
    times: AtomicU64,
}

impl Damage {
    /// Notes that a system did not get a credential since it can't be opened.
    pub fn note(&self, id: CredentialId, tenant: TenantId) {
        self.times.fetch_add(1, Ordering::Relaxed);
        self.keep(id, tenant);
    }

    /// Keeps one that was collected for the next time.
    pub fn keep(&self, id: CredentialId, tenant: TenantId) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.insert(id, tenant);
    }

    /// Takes those that were found since the last collection.
    pub fn collect(&self) -> HashMap<CredentialId, TenantId> {
        std::mem::take(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How often a system did not get one, since the start.
    pub fn times(&self) -> u64 {
        self.times.load(Ordering::Relaxed)
    }
}
