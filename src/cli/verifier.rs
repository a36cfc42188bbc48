//! `keystead verifier`: verifiers at the shell, beside a running server or without one.

use std::io::Write as _;

use crate::actions::verifiers;
use crate::config::Config;
use crate::domain::key_text::KeySecret;
use crate::domain::role::Steward;
use crate::domain::time::Clock;
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// What to do with verifiers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a verifier and print its token, and nothing else, on standard output
    Create(CreateArgs),
}

/// What to make.
#[derive(clap::Args)]
pub struct CreateArgs {
    /// Name of the API server or gateway that will ask about keys
    #[arg(long)]
    name: String,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    let Command::Create(args) = command;
    let Storage { db, secrets } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let (verifier, token) = db
        .write(|conn| verifiers::create(conn, &by, &args.name, &config.brand, pepper))
        .map_err(|error| error.to_string())?;
    // The token first: whatever the running server does, this is the only time it can be shown.
    let shown = print_token(&token);
    let followed = control::follow(&config.data_dir);
    shown.map_err(|cause| {
        format!(
            "verifier {} is stored, but its token could not be written: {cause}; revoke it",
            verifier.id
        )
    })?;
    eprintln!(
        "Verifier \"{}\" ({}) is ready. This is the only time its token is shown.",
        verifier.name, verifier.id
    );
    followed
}

fn print_token(token: &KeySecret) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", token.expose())?;
    out.flush()
}
