//! The edges at which APIs and gateways ask.

mod authlib;
mod batch;
mod decision;
mod forward_auth;
mod introspection;
mod revocation;
mod trusted_proxies;
mod verify;
