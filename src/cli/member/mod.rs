//! `keystead member`: the people of a tenant at the shell, beside a running server or without one.

mod invite;
mod list;
mod remove;
mod role;

use crate::config::Config;
use crate::domain::role::Role;

/// What to do with the people of a tenant.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print who is in a tenant, and who is invited
    List(list::ListArgs),
    /// Invite somebody and print the link of the invitation, and nothing else, on standard output
    Invite(invite::InviteArgs),
    /// Take somebody out of a tenant; their keys go on working
    Remove(remove::RemoveArgs),
    /// Give somebody another role in a tenant
    Role(role::RoleArgs),
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match command {
        Command::List(args) => list::run(config, args),
        Command::Invite(args) => invite::run(config, args),
        Command::Remove(args) => remove::run(config, args),
        Command::Role(args) => role::run(config, args),
    }
}

fn must_be_a_role(word: &str) -> Result<(), String> {
    Role::of_word(word)
        .map(|_| ())
        .ok_or_else(|| format!("there is no role \"{word}\"; it is admin or viewer"))
}
