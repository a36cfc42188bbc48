//! `keystead key revoke`: when it ends, a running server refuses the key.

use serde_json::json;

use crate::actions::keys;
use crate::actions::tenants::operator;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::domain::Error;
use crate::domain::id::KeyId;
use crate::domain::time::{Clock, rfc3339};
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Which key.
#[derive(clap::Args)]
pub struct RevokeArgs {
    /// Id of the key; `keystead key list` shows it
    id: String,
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Why; it is kept with the key
    #[arg(long, default_value = "")]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Revokes the key for good.
pub fn run(config: &Config, args: &RevokeArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let missing = || format!("tenant \"{}\" has no key {}", args.tenant, args.id);
    let id: KeyId = args.id.parse().map_err(|_| missing())?;
    let key = db
        .write(|conn| {
            let tenant = meant::tenant(conn, &args.tenant)?;
            keys::revoke_with_reason(conn, &operator(tenant.id, now), id, &args.reason)
        })
        .map_err(|error| match error {
            Error::NotFound => missing(),
            other => other.to_string(),
        })?;
    control::follow(&config.data_dir, &db)?;
    let told = format!("Key \"{}\" ({id}) is revoked for good.", key.name);
    if !args.json {
        out::note(told);
        return Ok(());
    }
    let document = json!({
        "id": key.id, "name": key.name, "status": "revoked", "revoked_at": key.revoked_at.map(rfc3339),
    });
    out::document_or_lines(true, &document, [])
}
