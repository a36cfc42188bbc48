//! The support view: tenants by name, state, date and limit. Nothing here reads a key, a credential or usage, but for a key that
//! somebody found and pasted, and a request whose id the tenant gave.

pub mod access_refusals;
pub mod deletions;
pub mod explanations;
pub mod feature_access;
pub mod first_links;
pub mod leaked_keys;
pub mod limit_refusals;
pub mod limit_requests;
pub mod limits;
pub mod looks;
pub mod nodes;
pub mod plans;
pub mod question;
pub mod rollouts;
pub mod suspensions;
pub mod tenant_form;
pub mod tenant_page;
pub mod tenants;
