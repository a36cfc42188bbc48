//! The pages, as a person without JavaScript uses them.

mod key_revocations;
