//! Thin edges on the one decision: each reads its asker's words and writes the answer in them.

pub mod asker;
mod at_least;
pub mod batch;
pub mod ext_authz;
pub mod forward_auth;
pub mod introspection;
pub mod oauth;
pub mod oauth_views;
pub mod revocation;
pub mod verdict_json;
pub mod verify;
pub mod views;
