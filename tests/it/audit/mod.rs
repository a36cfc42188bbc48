//! The audit log: a chain that nobody changes unseen, its page, its copies and its part of the API.

mod api;
mod chain;
mod commands;
mod confirmations;
mod exports;
mod list_changes;
mod migration;
mod page;
mod refused_permissions;
mod staff;
mod words;
