//! The support staff: what they see, what they change, and what stays closed to them.

mod access;
mod limits;
mod plans;
mod rollouts;
mod tenants;
