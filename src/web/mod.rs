//! The only place that names actix and askama: pages, REST API, gateway edges, and what wraps them.

pub mod admin;
pub mod api;
pub mod assets;
pub mod body;
pub mod client;
pub mod docs;
pub mod edges;
pub mod errors;
pub mod extract;
pub mod form;
pub mod front;
pub mod guard;
pub mod health;
pub mod metrics;
pub mod numbers;
pub mod rate_limit;
pub mod respond;
pub mod routes;
pub mod session;
pub mod session_store;
pub mod shell;
pub mod sparkline;
pub mod state;
pub mod unknown_tokens;
