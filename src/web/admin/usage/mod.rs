//! Usage: how often keys were asked about, and what the answers were.

pub mod numbers;
pub mod page;
