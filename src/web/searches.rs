//! How many costly reads run at once: few for each tenant, so that one that searches without end leaves the database to
//! the others. Whoever waits here holds neither a thread nor a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::excess::Excess;
use crate::domain::id::{TenantId, UserId};
use crate::domain::{Error, Result};

/// Reads of one seeker that run at once.
pub const AT_ONCE: usize = 2;
/// Reads of one seeker that may wait for that.
pub const WAITING: usize = 8;
/// How long one waits.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long the next part of an export does: its beginning was sent already.
const PATIENCE_OF_PARTS: Duration = Duration::from_mins(5);
/// Seekers that are remembered before those are forgotten of which nothing runs.
const REMEMBERED: usize = 1_000;

/// Whose searches run beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seeker {
    /// All of a tenant's people and keys.
    Tenant(TenantId),
    /// Somebody in the support view.
    Staff(UserId),
}

impl From<TenantId> for Seeker {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

/// The places of all seekers.
#[derive(Debug)]
pub struct Searches {
    seekers: Mutex<HashMap<Seeker, Arc<Places>>>,
    /// Of all seekers together: other reads need connections too.
    all: Arc<Semaphore>,
}

#[derive(Debug)]
struct Places {
    running: Arc<Semaphore>,
    /// Running and waiting ones.
    lot: Arc<Semaphore>,
}

/// A place, until this is dropped.
#[derive(Debug)]
pub struct Place {
    _among: Option<OwnedSemaphorePermit>,
    _running: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Searches {
    /// Three of four connections at most: the others are for reads that take no time.
    pub fn new(connections: usize) -> Self {
        Self {
            seekers: Mutex::default(),
            all: Arc::new(Semaphore::new((connections * 3 / 4).max(1))),
        }
    }

    /// A place among the reads of one seeker.
    ///
    /// # Errors
    /// `Excess` when too many wait already, and when none gets free in time.
    pub async fn enter(&self, seeker: impl Into<Seeker>) -> Result<Place> {
        let places = self.places(seeker.into());
        let among = Arc::clone(&places.lot).try_acquire_owned();
        let among = among.map_err(|_| too_many())?;
        self.wait(&places, PATIENCE, Some(among)).await
    }

    /// A place for the next part of an export.
    ///
    /// # Errors
    /// As [`Self::enter`], but with more patience.
    pub async fn go_on(&self, seeker: impl Into<Seeker>) -> Result<Place> {
        let places = self.places(seeker.into());
        self.wait(&places, PATIENCE_OF_PARTS, None).await
    }

    async fn wait(
        &self,
        places: &Places,
        patience: Duration,
        among: Option<OwnedSemaphorePermit>,
    ) -> Result<Place> {
        let both = async {
            // The seeker's own first: who waits for that keeps none of another's.
            let running = Arc::clone(&places.running).acquire_owned().await;
            let of_all = Arc::clone(&self.all).acquire_owned().await;
            Ok::<_, Error>((running.map_err(closed)?, of_all.map_err(closed)?))
        };
        let (running, of_all) = timeout(patience, both).await.map_err(|_| too_many())??;
        Ok(Place {
            _among: among,
            _running: running,
            _of_all: of_all,
        })
    }

    fn places(&self, seeker: Seeker) -> Arc<Places> {
        let mut seekers = self.seekers.lock().unwrap_or_else(PoisonError::into_inner);
        if seekers.len() >= REMEMBERED {
            seekers.retain(|_, places| Arc::strong_count(places) > 1 || places.is_in_use());
        }
        let places = seekers.entry(seeker).or_insert_with(|| {
            Arc::new(Places {
                running: Arc::new(Semaphore::new(AT_ONCE)),
                lot: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            })
        });
        Arc::clone(places)
    }
}

impl Places {
    fn is_in_use(&self) -> bool {
        self.running.available_permits() < AT_ONCE
    }
}

fn too_many() -> Error {
    Error::Excess(Excess::Searches, PATIENCE.as_secs())
}

fn closed(cause: tokio::sync::AcquireError) -> Error {
    Error::internal(cause)
}
