//! Feeds arbitrary bytes to the invariants of `key_text`.
#![no_main]

#[path = "../invariants/key_text.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::hold(data));
