//! The people of a tenant: the list, their roles, who was invited, and how somebody joins.

pub mod acceptances;
pub mod invitations;
pub mod list;
pub mod removals;
pub mod reset_links;
pub mod roles;
pub mod second_factors;
pub mod tenants;
