//! `keystead verifier`: verifiers at the shell, beside a running server or without one.

mod list;
mod revoke;

use serde_json::json;

use super::out;
use crate::actions::verifiers;
use crate::config::Config;
use crate::db::verifiers::Verifier;
use crate::db::{self, Conn, Db};
use crate::domain::id::VerifierId;
use crate::domain::key_text::KeySecret;
use crate::domain::role::Steward;
use crate::domain::time::Clock;
use crate::domain::verifier_rotations::{Grace, until};
use crate::domain::zone::Zone;
use crate::domain::{Error, Result as Outcome};
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// What to do with verifiers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a verifier and print its token, and nothing else, on standard output
    Create(CreateArgs),
    /// Give a verifier another token, and print it, and nothing else, on standard output; the old one works on for a while
    Rotate(RotateArgs),
    /// Print all verifiers, without anything secret
    List(list::ListArgs),
    /// Revoke a verifier for good; when this ends, a running server answers it no more
    Revoke(revoke::RevokeArgs),
}

/// What to make.
#[derive(clap::Args)]
pub struct CreateArgs {
    /// Name of the API server or gateway that will ask about keys
    #[arg(long)]
    name: String,
    /// Print JSON, with the token in it
    #[arg(long)]
    json: bool,
}

/// What to rotate.
#[derive(clap::Args)]
pub struct RotateArgs {
    /// Name of the verifier, or its id
    name: String,
    /// How long the old token keeps working: 1h, 24h, 7d, or until-ended, on the page Verifiers
    #[arg(long, default_value = "24h", value_parser = Grace::parse)]
    grace: Grace,
    /// Print JSON, with the token in it
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match command {
        Command::Create(args) => create(config, args),
        Command::Rotate(args) => rotate(config, args),
        Command::List(args) => list::run(config, args),
        Command::Revoke(args) => revoke::run(config, args),
    }
}

fn create(config: &Config, args: &CreateArgs) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let made = db.write(|conn| verifiers::create(conn, &by, &args.name, &config.brand, pepper));
    let (verifier, token) = made?;
    let told = format!("Verifier {} is ready.", named(&verifier));
    hand_over(config, &db, &verifier, &token, &told, args.json)
}

fn rotate(config: &Config, args: &RotateArgs) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let known = db.read(|conn| list_meant(conn, &args.name))?;
    let id = one_of(&known, &args.name)?;
    let brand = &config.brand;
    let made = db.write(|conn| verifiers::rotate(conn, &by, id, args.grace, brand, pepper));
    let (verifier, token) = made?;
    let told = format!(
        "Verifier {} has another token; the old one works {}.",
        named(&verifier),
        until(args.grace.ends_at(by.now), Zone::UTC)
    );
    hand_over(config, &db, &verifier, &token, &told, args.json)
}

fn named(verifier: &Verifier) -> String {
    format!("\"{}\" ({})", verifier.name, verifier.id)
}

/// Verifiers with this name, or the one with this id.
fn list_meant(conn: &mut Conn, text: &str) -> Outcome<Vec<Verifier>> {
    match text.parse::<VerifierId>() {
        Ok(id) => match db::verifiers::find(conn, id) {
            Ok(one) => Ok(vec![one]),
            Err(Error::NotFound) => Ok(Vec::new()),
            Err(other) => Err(other),
        },
        Err(_) => db::verifiers::list_of_name(conn, text.trim()),
    }
}

fn one_of(known: &[Verifier], text: &str) -> Result<VerifierId, String> {
    match known {
        [one] => Ok(one.id),
        [] => Err(format!(
            "no verifier that may ask has the name or id \"{text}\"; `keystead verifier list` shows them"
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
    db: &Db,
    verifier: &Verifier,
    token: &KeySecret,
    told: &str,
    as_json: bool,
) -> Result<(), String> {
    // The token first: whatever the running server does, this is the only time it can be shown.
    let shown = if as_json {
        let mut document = list::as_json(verifier);
        document["token"] = json!(token.expose());
        out::line(&document.to_string())
    } else {
        out::line(token.expose())
    };
    let followed = control::follow(&config.data_dir, db);
    shown.map_err(|cause| {
        format!(
            "verifier {} is stored, but its token could not be written: {cause}; rotate or revoke it",
            verifier.id
        )
    })?;
    out::note(format_args!(
        "{told} This is the only time its token is shown."
    ));
    followed
}
