//! `keystead key list`: the keys of a tenant, as people or programs read them.

use serde_json::{Value, json};

use crate::cli::{meant, out};
use crate::config::Config;
use crate::db;
use crate::db::key_lists::Listed;
use crate::domain::key::State;
use crate::domain::key_text;
use crate::domain::time::{Clock, Timestamp, rfc3339};
use crate::server::storage::{Storage, open_storage};

/// Of whom.
#[derive(clap::Args)]
pub struct ListArgs {
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// One JSON array instead of lines
    #[arg(long)]
    json: bool,
}

/// Prints a line for each key: id, state, what pages show of its text, end, owner and name, with tabs between them.
pub fn run(config: &Config, args: &ListArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let keys = db.read(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?;
        db::key_lists::all(conn, tenant.id)
    })?;
    let document = keys.iter().map(|key| as_json(key, now)).collect();
    let lines = keys.iter().map(|key| as_line(key, now));
    out::document_or_lines(args.json, &document, lines)
}

fn state(key: &Listed, now: Timestamp) -> &'static str {
    let (revoked, disabled) = (key.revoked_at.is_some(), key.disabled_at.is_some());
    State::at(now, revoked, disabled, key.expires_at).as_str()
}

fn as_line(key: &Listed, now: Timestamp) -> String {
    let expires = key.expires_at.map_or_else(|| "never".into(), rfc3339);
    let owner = key.owner.get();
    [
        &*key.id.to_string(),
        state(key, now),
        &key_text::hint(&key.key_prefix, &key.last4),
        &expires,
        owner.typed(),
        &key.name,
    ]
    .join("\t")
}

fn as_json(key: &Listed, now: Timestamp) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "status": state(key, now),
        "environment": key.environment.as_str(),
        "key_prefix": key.key_prefix,
        "last4": key.last4,
        "authorization_group": key.group_name,
        "owner": key.owner.get().typed(),
        "created_at": rfc3339(key.created_at),
        "expires_at": key.expires_at.map(rfc3339),
    })
}
