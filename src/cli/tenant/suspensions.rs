//! `keystead tenant suspend` and `resume`.

use super::as_json;
use crate::actions::suspensions;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::domain::Error;
use crate::domain::role::Overseer;
use crate::domain::time::Clock;
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Which, and why.
#[derive(clap::Args)]
pub struct SuspensionArgs {
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Why; the people of the tenant read it
    #[arg(long)]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Suspends the tenant, or resumes it.
pub fn run(config: &Config, args: &SuspensionArgs, off: bool) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let by = Overseer::Operator(Clock::System.now());
    let tenant = db.write(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?;
        if tenant.suspended_at.is_some() == off {
            let state = if off {
                "suspended already"
            } else {
                "not suspended"
            };
            return Err(Error::BadRequest(format!("{} is {state}", tenant.name)));
        }
        let shown = suspensions::version(&tenant);
        if off {
            suspensions::suspend(conn, &by, tenant.id, &shown, &args.reason)
        } else {
            suspensions::resume(conn, &by, tenant.id, &shown, &args.reason)
        }
    })?;
    control::follow(&config.data_dir, &db)?;
    let told = if off {
        format!(
            "{} is suspended. None of its keys is accepted.",
            tenant.name
        )
    } else {
        format!(
            "{} is resumed. Its keys are accepted as before.",
            tenant.name
        )
    };
    out::document_or_lines(args.json, &as_json(&tenant), [told])
}
