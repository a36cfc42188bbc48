//! The REST API, as a system uses it.

mod contract;
mod credentials;
mod docs;
mod json_bodies;
mod key_creation;
mod key_listing;
mod keys;
mod openapi;
mod whoami;
