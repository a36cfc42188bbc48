//! The commands. Each file is one; all of them read the same settings.

mod audit;
mod check_config;
mod create_admin;
pub mod demo;
mod invitation_links;
mod key;
mod master_key;
mod meant;
mod member;
mod out;
mod pepper;
mod restore;
mod secret_lines;
mod seed;
mod serve;
mod settings_args;
mod tenant;
mod user;
mod verifier;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::config::settings::Settings;
use crate::server::data_dir;
use settings_args::SettingsArgs;

/// Self-hosted API keys for multi-tenant products. Without a command it starts the server.
#[derive(Parser)]
#[command(
    name = "keystead",
    version,
    about,
    propagate_version = true,
    disable_help_subcommand = true
)]
struct Cli {
    /// Settings file; default: keystead.toml here, when it exists
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Taken only to refuse it with a reason
    #[arg(long, global = true, hide = true)]
    database_url: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server (what `keystead` alone does)
    Serve,
    /// Print every setting with its value and where it comes from, secrets hidden
    CheckConfig,
    /// Make an admin of a tenant, and the tenant if there is none of that name
    CreateAdmin(create_admin::Args),
    /// Work with tenants at the shell
    Tenant {
        #[command(subcommand)]
        command: tenant::Command,
    },
    /// Work with the people of a tenant at the shell
    Member {
        #[command(subcommand)]
        command: member::Command,
    },
    /// Work with API keys at the shell
    Key {
        #[command(subcommand)]
        command: key::Command,
    },
    /// Help people who can't sign in, at the shell
    User {
        #[command(subcommand)]
        command: user::Command,
    },
    /// Work with verifiers, the systems that ask about keys, at the shell
    Verifier {
        #[command(subcommand)]
        command: verifier::Command,
    },
    /// Replace the pepper, under which keys are digested, without replacing keys
    Pepper {
        #[command(subcommand)]
        command: pepper::Command,
    },
    /// Replace the master key, under which secrets that are needed again are encrypted, without replacing those secrets
    MasterKey {
        #[command(subcommand)]
        command: master_key::Command,
    },
    /// Check that nobody changed the audit log
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
    /// Tell what was stopped since the database was copied and works again now that the copy is in its place, and decide on it
    Restore(restore::Args),
    /// Start a server with made-up tenants, keys and traffic in a temporary place, to look around
    Demo(demo::Args),
    /// Fill an empty database with tenants and keys, for load tests, before any server uses it
    Seed(seed::Args),
}

impl Command {
    /// Whether it may be the first in a new place. Any other would do nothing useful there: it was run in a wrong one.
    fn may_begin(&self) -> bool {
        match self {
            Self::Serve
            | Self::CheckConfig
            | Self::CreateAdmin(_)
            | Self::Tenant {
                command: tenant::Command::Create(_),
            }
            | Self::Verifier {
                command: verifier::Command::Create(_),
            }
            | Self::Demo(_)
            | Self::Seed(_) => true,
            Self::Tenant { .. }
            | Self::Member { .. }
            | Self::Key { .. }
            | Self::User { .. }
            | Self::Verifier { .. }
            | Self::Pepper { .. }
            | Self::MasterKey { .. }
            | Self::Audit { .. }
            | Self::Restore(_) => false,
        }
    }
}

/// Runs the command line: 0 when done, 2 when something is wrong, with one line on standard error.
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(settings_args::with_values(std::env::args_os()));
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            // Drivers explain themselves in several lines.
            let line: Vec<&str> = line.split_whitespace().collect();
            out::note(format_args!("keystead: {}", line.join(" ")));
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), String> {
    if cli.database_url.is_some() {
        return Err(
            "a database URL on the command line shows its password to everybody on this machine; \
                    use KEYSTEAD_DATABASE_URL or KEYSTEAD_DATABASE_URL_FILE"
                .into(),
        );
    }
    let flags = cli.settings.flags();
    let settings = Settings::gather(&flags, &Settings::variables()?, cli.config.as_deref())?;
    let config = Config::from_settings(&settings)?;
    let command = cli.command.unwrap_or(Command::Serve);
    if !command.may_begin() {
        data_dir::must_be_begun(&config.data_dir, &config.database)?;
    }
    match command {
        Command::Serve => serve::run(&config),
        Command::CheckConfig => check_config::run(&settings),
        Command::CreateAdmin(args) => create_admin::run(&config, &args),
        Command::Tenant { command } => tenant::run(&config, &command),
        Command::Member { command } => member::run(&config, &command),
        Command::Key { command } => key::run(&config, &command),
        Command::User { command } => user::run(&config, &command),
        Command::Verifier { command } => verifier::run(&config, &command),
        Command::Pepper { command } => pepper::run(&config, &command),
        Command::MasterKey { command } => master_key::run(&config, &command),
        Command::Audit { command } => audit::run(&config, &command),
        Command::Restore(args) => restore::run(&config, &args),
        Command::Demo(args) => demo::run(config, &args),
        Command::Seed(args) => seed::run(&config, &args),
    }
}
