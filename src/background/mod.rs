//! Work beside the requests: what follows changes made elsewhere, and what writes and tidies what verification counted.
//!
//! `server::jobs` runs these again and again. None holds up a request, and a failure is tried again.

pub mod audit_retention;
pub mod change_retention;
pub mod credential_uses;
pub mod follow;
pub mod limit_ends;
pub mod mail_delivery;
pub mod master_key_moves;
pub mod nodes;
pub mod observed_callers;
pub mod pepper_moves;
pub mod rotation_uses;
pub mod stop_record;
pub mod tenant_deletions;
pub mod usage;
pub mod usage_journal;
pub mod usage_retention;
pub mod vitals;
