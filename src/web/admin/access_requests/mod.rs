//! What a tenant reads of a feature that it does not have, and how it asks for it.

pub mod card;
pub mod form;
pub mod page;
