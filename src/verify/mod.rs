//! Verification: the index of all keys in memory, the decision, and what is counted of it.
//!
//! Nothing here names the database or the web: `actions::follow` fills the index, `web::edges` ask it.

pub mod decision;
pub mod index;
pub mod usage;

pub use decision::{Code, Question, Verdict};
pub use index::{Entry, Index};
