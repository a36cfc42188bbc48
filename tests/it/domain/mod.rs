//! The rules themselves, tried directly where going through HTTP would hide what is tried.

mod address_lists;
mod forwarded;
mod fuzz_corpus;
mod key_texts;
mod passwords;
mod sealing;
mod words;
