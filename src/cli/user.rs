//! `keystead user`: people at the shell, beside a running server or without one.

use crate::actions::accounts;
use crate::config::Config;
use crate::domain::Error;
use crate::domain::role::Steward;
use crate::domain::time::{Clock, rfc3339};
use crate::server::site;
use crate::server::storage::{Storage, open_storage};

/// What to do with people.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print a link, and nothing else, on standard output, by which somebody chooses another password
    ResetLink(ResetLinkArgs),
}

/// For whom.
#[derive(clap::Args)]
pub struct ResetLinkArgs {
    /// Email address with which the person signs in
    email: String,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    let Command::ResetLink(args) = command;
    let Storage { db, secrets, .. } = open_storage(config)?;
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let by = Steward::operator(Clock::System.now());
    let (user, link) = db
        .write(|conn| accounts::reset_link(conn, &by, &args.email, pepper))
        .map_err(|error| match error {
            Error::NotFound => format!("nobody signs in with \"{}\"", args.email),
            other => other.to_string(),
        })?;
    println!(
        "{}{}",
        site::of(config, config.listen).base_url,
        link.path()
    );
    eprintln!(
        "Hand it over to {} and to nobody else. It works once, until {}.",
        user.email,
        rfc3339(link.expires_at)
    );
    Ok(())
}
