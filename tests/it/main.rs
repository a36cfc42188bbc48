//! Everything that Keystead promises, tried from outside: over HTTP, in a browser, at the shell.
//!
//! `KEYSTEAD_TEST_POSTGRES` names a PostgreSQL server on which each test makes a database of its own; without it
//! the same tests run on SQLite. `KEYSTEAD_TEST_PYTHON` names a Python that has Authlib and aiosmtpd,
//! `KEYSTEAD_TEST_SCHEMATHESIS` the program schemathesis. `tests/run` does it all.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::pedantic,
    reason = "a test that can't go on should stop, loudly"
)]

mod admin;
mod api;
mod audit;
mod browser;
mod canary;
mod cli;
mod concurrency;
mod crash;
mod domain;
mod edges;
mod gateways;
mod histories;
mod key_lists;
mod mail;
mod master_keys;
mod model;
mod nodes;
mod outbound;
mod pages;
mod panics;
mod readme;
mod rotation_race;
mod security;
mod staff;
mod support;
mod table;
mod tidy;
mod unreadable_rows;
mod usage;
