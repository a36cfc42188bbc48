//! The edges at which APIs and gateways ask.

mod decision;
mod forward_auth;
mod verify;
