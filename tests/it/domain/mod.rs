//! The rules themselves, tried directly where going through HTTP would hide what is tried.

mod address_lists;
mod address_oracle;
mod authorities;
mod catalogue;
mod envelopes;
mod forwarded;
mod fuzz_corpus;
mod key_directory;
mod key_texts;
mod laws;
mod limit_ends;
mod passwords;
mod public_addresses;
mod request_ids;
mod rights;
mod rollouts;
mod sealing;
mod standstills;
mod tenant_names;
mod text_forms;
mod words;
mod zones;

/// The bytes of hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}
