//! Keystead: self-hosted API keys for multi-tenant products.
//!
//! One binary: tenant admins generate and revoke keys in a browser, APIs and gateways ask whether a key may do
//! something, now, from here, and are answered from memory.
//!
//! # Map
//! Imports point one way only: `domain <- db <- actions <- background <- web <- server <- cli`; `verify` and
//! `resolve` stand on `domain` alone, `key_search` on `db`.
//!
//! - [`domain`]: rules without input or output.
//! - [`db`]: the only place that names diesel; one file a table, for SQLite and PostgreSQL alike.
//! - [`actions`]: use cases; the change, its audit row and its change-log row in one transaction.
//! - [`verify`]: the index of all keys in memory, the decision, and usage counts. Imports `domain` alone.
//! - [`resolve`]: which third party's credential a project gets, from memory. Imports `domain` alone.
//! - [`outbound`]: calls to third parties that tell whether a credential works. Imports `domain` alone.
//! - [`mail`]: messages and how they are sent. Imports `domain` alone.
//! - [`key_search`]: key lists, searched in memory.
//! - [`background`]: work beside the requests: following changes made elsewhere, writing and tidying usage.
//! - [`web`]: pages, REST API, gateway edges. Only it names askama; `server` names actix too.
//! - [`server`]: puts a configuration, a database and the web together, and runs them.
//! - [`cli`]: the commands. [`config`] and [`telemetry`] serve `server` and `cli`.
//!
//! # Invariants
//! - The plaintext of a key exists in the answer that issues it, rotates it, or shows it again. The database keeps a keyed
//!   digest, and a sealed copy only where tenant and maker chose a recoverable key.
//! - Every query of tenant-owned rows takes a `TenantId`, which comes from the session or the presented key.
//! - Every change writes its audit row in the same transaction, and a revision if it matters to verification.
//! - The index has applied a change before the change is answered; an index in doubt answers 503.
//! - Verification makes no database call. Only `db::{connection, migrate, dialect, types}` name a backend.
//! - Only `config` reads the environment; only `domain::time::Clock` reads the time. No `unwrap` outside tests.

pub mod actions;
pub mod background;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod key_search;
pub mod mail;
pub mod outbound;
pub mod resolve;
pub mod server;
pub mod telemetry;
pub mod verify;
pub mod web;
