//! Who may ask: verifiers and their tokens.

mod crumbs;
pub mod list;
pub mod revocations;
pub mod rotation_ends;
pub mod rotations;
mod row;
mod token;
