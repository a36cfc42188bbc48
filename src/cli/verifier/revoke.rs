//! `keystead verifier revoke`: when it ends, a running server answers the verifier no more.

use super::list::as_json;
use super::{list_meant, named, one_of};
use crate::actions::verifiers;
use crate::cli::out;
use crate::config::Config;
use crate::db;
use crate::domain::Error;
use crate::domain::role::Steward;
use crate::domain::time::{Clock, relative};
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Which verifier.
#[derive(clap::Args)]
pub struct RevokeArgs {
    /// Name of the verifier, or its id
    name: String,
    /// Revoke it although it asked in the last day: what stands behind it then accepts no key
    #[arg(long)]
    in_use: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Revokes the verifier for good.
pub fn run(config: &Config, args: &RevokeArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let by = Steward::operator(Clock::System.now());
    let known = db.read(|conn| list_meant(conn, &args.name))?;
    let id = one_of(&known, &args.name)?;
    let revoked = db
        .write(|conn| {
            let verifier = db::verifiers::find(conn, id)?;
            let used = verifier.last_used_at.filter(|_| verifier.revoked_at.is_none());
            if let Some(at) = used.filter(|_| !args.in_use)
                && verifiers::is_in_use(used, by.now)
            {
                return Err(Error::BadRequest(format!(
                    "verifier {} asked {}; what stands behind it would accept no key any more; --in-use revokes it all the same",
                    named(&verifier),
                    relative(at, by.now)
                )));
            }
            verifiers::revoke(conn, &by, id, &verifier.name)
        })?;
    control::follow(&config.data_dir, &db)?;
    let told = format!("Verifier {} is revoked for good.", named(&revoked));
    out::document_or_lines(args.json, &as_json(&revoked), [told])
}
