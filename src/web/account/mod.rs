//! One's own account, of whoever is signed in; and another password by a link, for who can't sign in.

pub mod names;
pub mod page;
pub mod passwords;
pub mod resets;
pub mod sessions;
