//! How often projects were given a credential since the last collection.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::id::{CredentialId, ProjectId, TenantId};

/// A credential, and the project that was given it.
pub type Given = (CredentialId, ProjectId);

/// Counts by credential and project.
#[derive(Debug, Default)]
pub struct Reads(Mutex<HashMap<Given, (TenantId, i64)>>);

impl Reads {
    /// Counts some more.
    pub fn add(&self, given: Given, tenant: TenantId, times: i64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entry(given).or_insert((tenant, 0)).1 += times;
    }

    /// Takes what was counted since the last collection.
    pub fn collect(&self) -> HashMap<Given, (TenantId, i64)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
