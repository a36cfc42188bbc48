//! Several servers on one PostgreSQL: each answers only while it has a lease, and a change that stops a key is answered when
//! every server has applied it, or its lease has run out. `docs/REVOCATION.md` tells why that holds.
//!
//! Nothing here names the database or reads a clock of its own: a simulation runs the same code on its own [`Store`].

pub mod confirmations;
pub mod evictions;
pub mod last_run;
pub mod member;

use std::time::Duration;

use crate::db::node_leases::NodeLease;
use crate::domain::Result;
use crate::domain::id::NodeId;

/// The longest lease that a server may be set to. Whoever can't ask what others are set to waits for this.
pub const LONGEST_LEASE: Duration = Duration::from_secs(5);

/// What a server asks of the database that all share, and does with what it learns.
pub trait Store {
    /// Enters this server among the others, durably.
    ///
    /// # Errors
    /// Those of the database, here as below.
    fn register(&mut self, node: NodeId) -> Result<()>;

    /// Counts one more renewal, durably; false when the server has no row any more.
    ///
    /// # Errors
    /// Those of the database.
    fn renew(&mut self, node: NodeId) -> Result<bool>;

    /// Applies every change that is committed by now, and tells up to which everything is applied.
    ///
    /// # Errors
    /// Those of the database, or that something could not be applied.
    fn follow(&mut self) -> Result<i64>;

    /// Lets this server answer until then.
    ///
    /// # Errors
    /// `Unavailable` when another thread has taken over.
    fn extend(&mut self, until: Duration) -> Result<()>;

    /// Tells the others up to which change this server has applied everything.
    ///
    /// # Errors
    /// Those of the database.
    fn acknowledge(&mut self, node: NodeId, applied: i64) -> Result<()>;

    /// Every server, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    fn list(&mut self) -> Result<Vec<NodeLease>>;

    /// Removes a server that has not renewed its lease since this beat.
    ///
    /// # Errors
    /// Those of the database.
    fn evict(&mut self, node: NodeId, beat: i64) -> Result<()>;
}

/// After this time a lease has run out for certain, whenever it was renewed before, also when clocks differ in speed by one
/// in a hundred.
pub fn lapse(lease: Duration) -> Duration {
    lease + lease / 100 + Duration::from_millis(100)
}
