//! `keystead create-admin`: an admin without a browser.

use std::io::Read as _;

use zeroize::Zeroizing;

use crate::actions::tenants::{self, FirstAdmin};
use crate::config::Config;
use crate::domain::password;
use crate::domain::time::Clock;
use crate::server::{control, open_storage};

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
    #[arg(long)]
    tenant: String,
    /// Make the person super user of this installation too
    #[arg(long = "super")]
    super_user: bool,
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
    let wanted = FirstAdmin {
        name,
        email: args.email.clone(),
        tenant: args.tenant.clone(),
    };
    let admin = wanted.check(password).map_err(|error| error.to_string())?;
    let digest = password::digest(password).map_err(|error| error.to_string())?;
    let storage = open_storage(config)?;
    let now = Clock::System.now();
    storage
        .db
        .write(|conn| tenants::create_admin(conn, &admin, &digest, args.super_user, now))
        .map_err(|error| error.to_string())?;
    control::follow(&config.data_dir)?;
    eprintln!("{} is now an admin of {}.", admin.email, admin.tenant);
    Ok(())
}
