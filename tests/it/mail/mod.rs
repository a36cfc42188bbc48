//! Mail, taken by a real mail server.

mod delivery;
mod messages;
mod reset_requests;
