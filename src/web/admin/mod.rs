//! The pages. One file a noun; verbs are nouns with a file of their own.

pub mod ask;
pub mod blast_radius;
pub mod explanations;
pub mod home;
pub mod key_deletions;
pub mod key_form;
pub mod key_page;
pub mod key_revocations;
pub mod key_use;
pub mod keys;
pub mod request_exports;
pub mod request_filter;
pub mod request_lines;
pub mod request_rows;
pub mod requests;
pub mod sessions;
pub mod setup;
pub mod theme;
pub mod usage;
pub mod usage_numbers;
pub mod verdicts;
pub mod verifier_revocations;
pub mod verifiers;
