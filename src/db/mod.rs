//! The only place that names diesel: connections, migrations, and one file of queries for each table.

pub mod audit;
pub mod callers;
pub mod change_log;
pub mod connection;
pub mod dialect;
pub mod errors;
pub mod groups;
pub mod key_index;
pub mod key_labels;
pub mod key_lists;
pub mod key_rotations;
pub mod key_snapshots;
pub mod key_updates;
pub mod keys;
pub mod limit_requests;
pub mod members;
pub mod migrate;
pub mod observed_callers;
pub mod peppers;
pub mod rate_limits;
pub mod request_records;
pub mod rotation_uses;
pub mod schema;
pub mod sealed_secrets;
pub mod secret_checks;
pub mod sessions;
pub mod setup_tokens;
pub mod sign_in_failures;
pub mod tenant_overviews;
pub mod tenants;
pub mod usage;
pub mod usage_gaps;
pub mod usage_nodes;
pub mod users;
pub mod verifiers;

pub use connection::{Conn, Db};
