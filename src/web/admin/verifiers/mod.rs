//! Who may ask: verifiers and their tokens.

pub mod list;
pub mod revocations;
