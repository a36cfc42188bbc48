//! The pages, as a person without JavaScript uses them.

mod errors;
mod explanations;
mod key_batches;
mod key_deletions;
mod key_disclosures;
mod key_form;
mod key_lookups;
mod key_page;
mod key_revocations;
mod key_rotations;
mod key_search;
mod key_suspensions;
mod keys;
mod limit_requests;
mod request_exports;
mod request_pages;
mod requests;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod theme;
mod usage;
mod verifiers;
