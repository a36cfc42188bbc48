//! What tests share: a running server, and the people and systems that talk to it.

pub mod app;
pub mod asked;
pub mod backends;
pub mod backup;
pub mod browser_like;
pub mod chromium;
pub mod cluster;
pub mod credentials;
pub mod database;
pub mod direct;
pub mod echo;
pub mod firefox;
pub mod fixtures;
pub mod gateway;
pub mod html;
pub mod late;
pub mod mail;
pub mod metrics;
pub mod outage;
pub mod phone;
pub mod process;
pub mod provider;
pub mod raw;
pub mod relay;
pub mod request_log;
pub mod rounds;
pub mod routes;
pub mod smuggling;
pub mod staff;
pub mod system;
pub mod wire;

pub use app::App;
pub use fixtures::*;
pub use request_log::{LOG, LOST, fill_log};
pub use staff::SAM;
