//! `keystead key`: keys at the shell, beside a running server or without one.

mod create;
mod list;
mod revoke;

use crate::config::Config;

/// What to do with keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a key and print its secret, and nothing else, on standard output
    Create(create::CreateArgs),
    /// Print the keys of a tenant, without anything secret
    List(list::ListArgs),
    /// Revoke a key for good; when this ends, a running server refuses it
    Revoke(revoke::RevokeArgs),
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match command {
        Command::Create(args) => create::run(config, args),
        Command::List(args) => list::run(config, args),
        Command::Revoke(args) => revoke::run(config, args),
    }
}
