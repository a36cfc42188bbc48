//! The pages: a folder for each noun. What two nouns use lies here.

pub mod access_requests;
pub mod blast_radius;
pub mod confirmation;
pub mod first_steps;
pub mod grants;
pub mod groups;
pub mod home;
pub mod integrations;
pub mod key_picker;
pub mod keys;
pub mod limit_note;
pub mod limit_requests;
pub mod members;
pub mod password_question;
pub mod projects;
pub mod quota;
pub mod refusals;
pub mod requests;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod support_access;
pub mod theme;
pub mod usage;
pub mod verifiers;
