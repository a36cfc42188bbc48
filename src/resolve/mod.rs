//! Which credential a project gets, answered from memory.
//!
//! Nothing here names the database or the web: `background::follow` fills it together with the index of keys, and is
//! certain of both or of none; the API asks. Secrets stay sealed here, and are opened for one answer each.

pub mod credentials;
mod damage;
mod reads;

pub use credentials::{Credentials, Current, Project, Slots};
