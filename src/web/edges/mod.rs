//! Thin edges on the one decision: each reads its asker's words and writes the answer in them.

pub mod forward_auth;
pub mod verify;
