//! Projects: the list, the form, putting one away and taking it up again.

pub mod archivals;
pub mod form;
pub mod list;
