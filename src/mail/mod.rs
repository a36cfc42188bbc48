//! Messages, and how they reach the mail server that the operator named. Nothing is sent unless there is one.
//!
//! What a message says is made of templates, as text and as HTML. A name in it can't break out of its place: headers are
//! encoded, and HTML is escaped.

mod headers;
pub mod relay;
pub mod settings;
pub mod words;
