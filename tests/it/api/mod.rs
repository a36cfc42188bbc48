//! The REST API, as a system uses it.

mod contract;
mod contract_groups;
mod contract_integrations;
mod contract_projects;
mod contract_sizes;
mod credential_reads;
mod credentials;
mod docs;
pub mod groups;
pub mod integrations;
mod json_bodies;
mod key_creation;
mod key_listing;
mod key_owners;
mod key_projects;
mod key_rotations;
pub mod key_updates;
mod keys;
mod matrix;
mod openapi;
mod own_limits;
mod precedence;
pub mod projects;
mod resolutions;
mod schemathesis;
mod sealed_credentials;
mod whoami;
