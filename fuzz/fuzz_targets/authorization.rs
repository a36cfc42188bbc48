//! Feeds arbitrary bytes to the invariants of `authorization`.
#![no_main]

#[path = "../invariants/authorization.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::hold(data));
