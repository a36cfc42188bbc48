//! The program at a shell.

mod check_config;
mod connections;
mod create_admin;
mod data_dir;
mod demo;
mod key;
mod master_key;
mod pepper;
mod postgres;
mod secrets;
mod serve;
mod unix_socket;
mod user;
mod verifier;
