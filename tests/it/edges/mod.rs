//! The edges at which APIs and gateways ask.

mod at_least;
mod authlib;
mod batch;
mod decision;
mod ext_authz;
mod forward_auth;
mod front;
mod introspection;
mod key_rotations;
mod low_disk;
mod peppers;
mod rate_limits;
mod readiness;
mod revocation;
mod trusted_proxies;
mod verify;
mod warnings;
