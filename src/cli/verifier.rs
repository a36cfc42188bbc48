//! `keystead verifier`: verifiers at the shell, beside a running server or without one.

use std::io::Write as _;

use crate::actions::verifiers;
use crate::config::Config;
use crate::db::verifiers::Verifier;
use crate::db::{self, Conn};
use crate::domain::Result as Outcome;
use crate::domain::id::VerifierId;
use crate::domain::key_text::KeySecret;
use crate::domain::role::Steward;
use crate::domain::time::Clock;
use crate::domain::verifier_rotations::{Grace, until};
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// What to do with verifiers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a verifier and print its token, and nothing else, on standard output
    Create(CreateArgs),
    /// Give a verifier another token, and print it, and nothing else, on standard output; the old one works on for a while
    Rotate(RotateArgs),
}

/// What to make.
#[derive(clap::Args)]
pub struct CreateArgs {
    /// Name of the API server or gateway that will ask about keys
    #[arg(long)]
    name: String,
}

/// What to rotate.
#[derive(clap::Args)]
pub struct RotateArgs {
    /// Name of the verifier, or its id
    name: String,
    /// How long the old token keeps working: 1h, 24h, 7d, or until-ended, on the page Verifiers
    #[arg(long, default_value = "24h", value_parser = Grace::parse)]
    grace: Grace,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    match command {
        Command::Create(args) => {
            let made =
                db.write(|conn| verifiers::create(conn, &by, &args.name, &config.brand, pepper));
            let (verifier, token) = made.map_err(|error| error.to_string())?;
            let told = format!("Verifier {} is ready.", named(&verifier));
            hand_over(config, &verifier, &token, &told)
        }
        Command::Rotate(args) => {
            let known = db
                .read(|conn| list_meant(conn, &args.name))
                .map_err(|error| error.to_string())?;
            let id = one_of(&known, &args.name)?;
            let brand = &config.brand;
            let made = db.write(|conn| verifiers::rotate(conn, &by, id, args.grace, brand, pepper));
            let (verifier, token) = made.map_err(|error| error.to_string())?;
            let told = format!(
                "Verifier {} has another token; the old one works {}.",
                named(&verifier),
                until(args.grace.ends_at(by.now))
            );
            hand_over(config, &verifier, &token, &told)
        }
    }
}

fn named(verifier: &Verifier) -> String {
    format!("\"{}\" ({})", verifier.name, verifier.id)
}

/// Verifiers with this name, or the one with this id.
fn list_meant(conn: &mut Conn, text: &str) -> Outcome<Vec<Verifier>> {
    match text.parse::<VerifierId>() {
        Ok(id) => db::verifiers::find(conn, id).map(|one| vec![one]),
        Err(_) => db::verifiers::list_of_name(conn, text.trim()),
    }
}

fn one_of(known: &[Verifier], text: &str) -> Result<VerifierId, String> {
    match known {
        [one] => Ok(one.id),
        [] => Err(format!(
            "no verifier that may ask has the name or id \"{text}\"; the page Verifiers lists them"
        )),
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|one| format!("{} (…{})", one.id, one.last4))
                .collect();
            Err(format!(
                "{} verifiers are called \"{text}\"; give the id of one: {}",
                several.len(),
                list.join(", ")
            ))
        }
    }
}

/// Prints a token, and has the running server take it up.
fn hand_over(
    config: &Config,
    verifier: &Verifier,
    token: &KeySecret,
    told: &str,
) -> Result<(), String> {
    // The token first: whatever the running server does, this is the only time it can be shown.
    let shown = print_token(token);
    let followed = control::follow(&config.data_dir);
    shown.map_err(|cause| {
        format!(
            "verifier {} is stored, but its token could not be written: {cause}; rotate or revoke it",
            verifier.id
        )
    })?;
    eprintln!("{told} This is the only time its token is shown.");
    followed
}

fn print_token(token: &KeySecret) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", token.expose())?;
    out.flush()
}
