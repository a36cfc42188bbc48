//! Usage: how often keys were asked about, and what the answers were.

pub mod key_choices;
pub mod numbers;
pub mod page;
