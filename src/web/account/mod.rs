//! One's own account, of whoever is signed in; and another password by a link, for who can't sign in.

pub mod display;
pub mod emails;
pub mod factor_changes;
pub mod names;
pub mod page;
pub mod passwords;
pub mod reset_requests;
pub mod resets;
pub mod second_factor;
pub mod session_rows;
pub mod sessions;
