//! One server among others: it renews its lease, applies what changed, and tells how far it is.

use std::time::Duration;

use super::Store;
use super::evictions::Silences;
use crate::db::node_leases::NodeLease;
use crate::domain::Result;
use crate::domain::boot_clock::BootClock;
use crate::domain::id::NodeId;

/// Renewals in the time of a lease: a few may fail before a server stops answering.
const RENEWALS: u32 = 5;

/// What a server knows of itself.
#[derive(Debug, Clone)]
pub struct Member {
    lease: Duration,
    /// `None` until it is entered among the others, and when it has to be again.
    id: Option<NodeId>,
    /// When the last renewal that succeeded began.
    renewed: Option<Duration>,
    acknowledged: Option<i64>,
    silences: Silences,
}

impl Member {
    /// A server with leases of this length.
    pub fn new(lease: Duration) -> Self {
        Self {
            lease,
            id: None,
            renewed: None,
            acknowledged: None,
            silences: Silences::default(),
        }
    }

    /// Its row, while it has one.
    pub fn id(&self) -> Option<NodeId> {
        self.id
    }

    /// Has the next round renew the lease, however young it is.
    pub fn must_renew(&mut self) {
        self.renewed = None;
    }

    /// Applies what changed, and renews the lease when it is time. Gives all servers as they are then, when it read them.
    ///
    /// # Errors
    /// Those of the store. The lease then ends by itself, if no later round succeeds.
    pub fn round(
        &mut self,
        store: &mut impl Store,
        clock: &BootClock,
    ) -> Result<Option<Vec<NodeLease>>> {
        let every = self.lease / RENEWALS;
        let is_fresh = |at: Duration| clock.now().saturating_sub(at) < every;
        if self.renewed.is_some_and(is_fresh) {
            let applied = store.follow()?;
            self.acknowledge(store, applied)?;
            return Ok(None);
        }
        self.renew(store, clock)?;
        let nodes = store.list()?;
        for (node, beat) in self.silences.look(&nodes, clock.now()) {
            store.evict(node, beat)?;
        }
        Ok(Some(nodes))
    }

    fn renew(&mut self, store: &mut impl Store, clock: &BootClock) -> Result<()> {
        let id = match self.id {
            Some(id) => id,
            None => self.enter(store)?,
        };
        // Before anything is sent: what is committed until the database answers may be missing in what it says.
        let begun = clock.now();
        if !store.renew(id)? {
            // Others took this server for gone, and no longer wait for it. Its lease has run out by then. The next renewal
            // is one of a row that they see, and lets it answer when it has applied what came before that.
            tracing::warn!("this server was silent for longer than its lease; it enters anew");
            self.id = None;
            self.enter(store)?;
            return self.renew(store, clock);
        }
        let applied = store.follow()?;
        store.extend(begun + self.lease)?;
        self.renewed = Some(begun);
        self.acknowledge(store, applied)
    }

    fn enter(&mut self, store: &mut impl Store) -> Result<NodeId> {
        let id = NodeId::new();
        store.register(id)?;
        self.id = Some(id);
        self.acknowledged = None;
        Ok(id)
    }

    fn acknowledge(&mut self, store: &mut impl Store, applied: i64) -> Result<()> {
        if let Some(id) = self.id
            && self.acknowledged != Some(applied)
        {
            store.acknowledge(id, applied)?;
            self.acknowledged = Some(applied);
        }
        Ok(())
    }
}
