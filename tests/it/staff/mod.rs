//! The support staff: what they see, what they change, and what stays closed to them.

mod access;
mod access_requests;
mod deletions;
mod explanations;
mod leaked_keys;
mod limit_ends;
mod limit_threads;
mod limits;
mod looks;
pub mod matrix;
mod pages_matrix;
mod plans;
mod rollouts;
mod suspensions;
mod tenant_form;
mod tenant_page;
mod tenants;
mod time_zones;
