//! Audit log: who did what, when and from where; and copies of it.

pub mod details;
pub mod exports;
pub mod filter;
pub mod lines;
pub mod list;
