//! `keystead user`: people at the shell, beside a running server or without one.

use serde_json::json;

use super::out;
use crate::actions::{accounts, second_factors};
use crate::config::Config;
use crate::domain::role::Steward;
use crate::domain::time::{Clock, rfc3339};
use crate::domain::{Conflict, Error};
use crate::server::site;
use crate::server::storage::{Storage, open_storage};

/// What to do with people.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print a link, and nothing else, on standard output, by which somebody chooses another password
    ResetLink(ResetLinkArgs),
    /// Switch off the second factor of somebody who lost it; their sessions end
    DisableSecondFactor(SecondFactorArgs),
}

/// For whom.
#[derive(clap::Args)]
pub struct ResetLinkArgs {
    /// Email address with which the person signs in
    email: String,
    /// Print JSON, with the link in it
    #[arg(long)]
    json: bool,
}

/// Of whom.
#[derive(clap::Args)]
pub struct SecondFactorArgs {
    /// Email address with which the person signs in
    email: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match command {
        Command::ResetLink(args) => reset_link(config, args),
        Command::DisableSecondFactor(args) => disable_second_factor(config, args),
    }
}

fn disable_second_factor(config: &Config, args: &SecondFactorArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let user = db
        .write(|conn| second_factors::take_off_anybody(conn, &by, &args.email))
        .map_err(|error| match error {
            Error::NotFound => unknown(&args.email),
            Error::Conflict(Conflict::NoSecondFactor) => {
                format!("\"{}\" has no second factor", args.email)
            }
            other => other.to_string(),
        })?;
    let document = json!({ "email": user.email, "second_factor": false });
    let told = format!("{} signs in without a second factor now.", user.email);
    out::document_or_lines(args.json, &document, [told])
}

fn unknown(email: &str) -> String {
    format!("nobody signs in with \"{email}\"")
}

fn reset_link(config: &Config, args: &ResetLinkArgs) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let by = Steward::operator(Clock::System.now());
    let (user, link) = db
        .write(|conn| accounts::reset_link(conn, &by, &args.email, pepper))
        .map_err(|error| match error {
            Error::NotFound => unknown(&args.email),
            other => other.to_string(),
        })?;
    let (base, end) = (
        site::of(config, config.listen).base_url,
        rfc3339(link.expires_at),
    );
    let address = format!("{base}{}", link.path());
    let document = json!({ "email": user.email, "link": address, "expires_at": end });
    out::document_or_lines(args.json, &document, [address])?;
    out::note(format_args!(
        "Hand it over to {} and to nobody else. It works once, until {}.",
        user.email, end
    ));
    Ok(())
}
