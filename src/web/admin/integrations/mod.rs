//! Integrations: third parties' credentials, of the organisation and of its projects.

mod at;
pub mod blocks;
pub mod credentials;
pub mod form;
pub mod list;
pub mod page;
mod questions;
mod row;
pub mod switches;
pub mod test_calls;
