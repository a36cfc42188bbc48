//! The REST API: JSON in and out, errors as problem documents, described by one OpenAPI document.

pub mod audit;
pub mod caller;
mod credential_reads;
pub mod credentials;
pub mod group_views;
pub mod groups;
pub mod integration_views;
pub mod integrations;
mod key_changes;
pub mod key_lists;
pub mod key_rotation_ends;
pub mod key_rotations;
pub mod key_suspensions;
pub mod key_updates;
pub mod key_views;
pub mod keys;
pub mod project_integrations;
pub mod project_views;
pub mod projects;
pub mod resolutions;
mod scopes;
pub mod whoami;
