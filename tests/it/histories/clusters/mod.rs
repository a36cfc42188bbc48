//! What can't be tried on a PostgreSQL that other tests use: each of these has servers of its own, whatever database the
//! others run on.

mod defaults;
mod dump;
mod failover;
mod foreign_locks;
mod poolers;
mod roles;
mod silence;
mod standby_waits;
