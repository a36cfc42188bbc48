//! Authorization groups: the list, the form, and taking one away.

pub mod deletions;
pub mod form;
pub mod list;
