//! What must not happen, whatever is sent.

mod bad_requests;
mod compression;
mod csrf;
mod csrf_forms;
mod csrf_integrations;
mod failures;
mod headers;
mod key_forms;
mod names;
mod smuggling;
mod support_forms;
