//! Verification: the index of all keys in memory, the decision about a key, and what is counted as keys are used.
//!
//! Nothing here names the database or the web: `background::follow` fills the index, `web::edges` ask it.

pub mod callers;
pub mod checks;
pub mod counters;
pub mod decision;
pub mod entry;
pub mod index;
pub mod key_lookup;
pub mod lease;
pub mod limiter;
pub mod metrics;
pub mod moves;
mod prefetch;
pub mod records;
pub mod rotations;
pub mod shares;
pub mod strangers;
pub mod table;
pub mod usage;
pub mod verifiers;

pub use decision::{Question, Verdict};
pub use entry::{Entry, Grants};
pub use index::Index;
pub use key_lookup::KeyLookup;
pub use limiter::Allowance;
pub use records::Facts;
