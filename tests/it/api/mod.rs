//! The REST API, as a system uses it.

mod contract;
mod credentials;
mod docs;
mod json_bodies;
mod key_creation;
mod key_listing;
mod key_rotations;
mod key_updates;
mod keys;
mod openapi;
mod own_limits;
mod whoami;
