//! Feeds arbitrary bytes to the invariants of `forwarded`.
#![no_main]

#[path = "../invariants/forwarded.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::hold(data));
