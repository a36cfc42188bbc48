//! What admins decide for their whole organization.

pub mod page;
