//! Feeds arbitrary bytes to the invariants of `cidr`.
#![no_main]

#[path = "../invariants/cidr.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::hold(data));
