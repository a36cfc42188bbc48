//! What must not happen, whatever is sent.

mod bad_requests;
mod compression;
mod csrf;
pub mod csrf_forms;
pub mod csrf_integrations;
pub mod csrf_members;
mod failures;
mod headers;
mod hosts;
mod key_forms;
mod names;
mod smuggling;
pub mod support_forms;
