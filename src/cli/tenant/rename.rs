//! `keystead tenant rename`.

use super::as_json;
use crate::actions::tenants;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::domain::role::Overseer;
use crate::domain::time::Clock;
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Which, and how it is called from now on.
#[derive(clap::Args)]
pub struct RenameArgs {
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Its new name
    #[arg(long)]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Gives it another name.
pub fn run(config: &Config, args: &RenameArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let by = Overseer::Operator(Clock::System.now());
    let renamed = db.write(|conn| {
        let before = meant::tenant(conn, &args.tenant)?;
        tenants::rename(conn, &by, before.id, &before.name, &args.name)
    })?;
    control::follow(&config.data_dir, &db)?;
    let told = format!("Tenant {} is called \"{}\" now.", renamed.id, renamed.name);
    out::document_or_lines(args.json, &as_json(&renamed), [told])
}
