//! `keystead create-admin`: an admin, or somebody of the support staff, without a browser.

use std::io::Read as _;

use zeroize::Zeroizing;

use super::out;
use crate::actions::supporters::{self, Supporter};
use crate::actions::tenants::{self, FirstAdmin};
use crate::config::Config;
use crate::db::Conn;
use crate::domain::id::UserId;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{self, password};
use crate::server::control;
use crate::server::storage::open_storage;

/// What to make.
#[derive(clap::Args)]
pub struct Args {
    /// Email address to sign in with
    #[arg(long)]
    email: String,
    /// Name of the person; default: the part before the @
    #[arg(long)]
    name: Option<String>,
    /// Name of the tenant
    #[arg(long, required_unless_present = "support")]
    tenant: Option<String>,
    /// Make the person super user of this installation too
    #[arg(long = "super")]
    super_user: bool,
    /// Make somebody of the support staff instead: they see tenants and change limits, of keys only names, states and dates
    #[arg(long, conflicts_with_all = ["tenant", "super_user"])]
    support: bool,
    /// Read the password from standard input; there is no other way
    #[arg(long)]
    password_stdin: bool,
    /// Taken only to refuse it with a reason
    #[arg(long, hide = true)]
    password: Option<String>,
}

/// Makes the person.
pub fn run(config: &Config, args: &Args) -> Result<(), String> {
    if args.password.is_some() || !args.password_stdin {
        return Err(
            "give the password on standard input with --password-stdin; \
                    on the command line everybody on this machine could read it"
                .into(),
        );
    }
    let mut typed = Zeroizing::new(String::new());
    std::io::stdin()
        .take(4_096)
        .read_to_string(&mut typed)
        .map_err(|cause| format!("can't read the password from standard input: {cause}"))?;
    let password = typed.trim_end_matches(['\r', '\n']);
    let name = args.name.clone().unwrap_or_else(|| {
        let user = args.email.split('@').next().unwrap_or_default();
        if user.chars().count() < 2 {
            args.email.clone()
        } else {
            user.to_owned()
        }
    });
    let Some(tenant) = &args.tenant else {
        return run_support(config, &name, &args.email, password);
    };
    let wanted = FirstAdmin {
        name,
        email: args.email.clone(),
        tenant: tenant.clone(),
    };
    let admin = wanted.check(password)?;
    make(config, password, |conn, digest, now| {
        tenants::create_admin(conn, &admin, digest, args.super_user, now)
    })?;
    out::note(format_args!(
        "{} is now an admin of {}.",
        admin.email, admin.tenant
    ));
    Ok(())
}

fn run_support(config: &Config, name: &str, email: &str, password: &str) -> Result<(), String> {
    let person = Supporter::check(name, email, password)?;
    make(config, password, |conn, digest, now| {
        supporters::create(conn, &person, digest, now)
    })?;
    out::note(format_args!(
        "{} is now of the support staff.",
        person.email
    ));
    Ok(())
}

fn make(
    config: &Config,
    password: &str,
    create: impl FnOnce(&mut Conn, &str, Timestamp) -> domain::Result<UserId>,
) -> Result<(), String> {
    let digest = password::digest(password)?;
    let storage = open_storage(config)?;
    let now = Clock::System.now();
    storage.db.write(|conn| create(conn, &digest, now))?;
    control::follow(&config.data_dir, &storage.db)
}
