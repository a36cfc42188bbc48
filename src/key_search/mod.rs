//! Key lists, searched in memory: a page of 100,000 keys, found by words, filtered, counted and sorted by any column, in 3
//! ms on both databases.
//!
//! SQL can't promise that. A word within a name or description needs a scan or a special index, each count beside the
//! list another scan, and the two databases differ in all of it. So each tenant that somebody looks at has a directory
//! of its keys here, kept in step by the change log; the rows of the one page shown still come from the database.

pub mod directory;
pub mod filter;
pub mod lists;
pub mod page;
pub mod sieve;
mod summary;
