//! The product's rules alone, under the product's name: fuzzing them needs neither a database nor a web server.

#[path = "../src/domain/mod.rs"]
pub mod domain;
