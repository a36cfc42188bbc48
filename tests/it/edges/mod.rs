//! The edges at which APIs and gateways ask.
