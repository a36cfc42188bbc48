//! The program at a shell.

mod check_config;
mod connections;
mod create_admin;
mod data_dir;
mod demo;
mod key;
mod master_key;
mod member;
mod pepper;
mod plans;
mod postgres;
mod secrets;
mod serve;
mod stops;
mod streams;
mod tenant;
mod unix_socket;
mod user;
mod verifier;
