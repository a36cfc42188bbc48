//! The rules themselves, tried directly where going through HTTP would hide what is tried.

mod address_lists;
mod address_oracle;
mod catalogue;
mod envelopes;
mod forwarded;
mod fuzz_corpus;
mod key_directory;
mod key_texts;
mod laws;
mod passwords;
mod request_ids;
mod sealing;
mod words;
