//! What must not happen, whatever is sent.

mod bad_requests;
mod change_budget;
mod compression;
mod crowds;
mod csrf;
pub mod csrf_forms;
pub mod csrf_integrations;
pub mod csrf_members;
mod failures;
mod headers;
mod hosts;
mod key_forms;
mod late_bodies;
mod names;
mod rights_at_commit;
mod searches;
mod smuggling;
pub mod support_forms;
