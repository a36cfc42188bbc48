//! `keystead verifier list`.

use serde_json::{Value, json};

use crate::cli::out;
use crate::config::Config;
use crate::db;
use crate::db::verifiers::Verifier;
use crate::domain::key_text;
use crate::domain::time::rfc3339;
use crate::server::storage::{Storage, open_storage};

/// How to print them.
#[derive(clap::Args)]
pub struct ListArgs {
    /// One JSON array instead of lines
    #[arg(long)]
    json: bool,
}

/// Prints a line for each verifier: id, state, what pages show of its token, when it asked last and name, with tabs
/// between them.
pub fn run(config: &Config, args: &ListArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let all = db.read(db::verifiers::list)?;
    let document = all.iter().map(as_json).collect();
    out::document_or_lines(args.json, &document, all.iter().map(as_line))
}

fn state(verifier: &Verifier) -> &'static str {
    verifier.revoked_at.map_or("active", |_| "revoked")
}

/// A verifier as programs read it.
pub fn as_json(verifier: &Verifier) -> Value {
    json!({
        "id": verifier.id,
        "name": verifier.name,
        "status": state(verifier),
        "token_prefix": verifier.token_prefix,
        "last4": verifier.last4,
        "created_at": rfc3339(verifier.created_at),
        "revoked_at": verifier.revoked_at.map(rfc3339),
        "last_used_at": verifier.last_used_at.map(rfc3339),
    })
}

fn as_line(verifier: &Verifier) -> String {
    let used = verifier
        .last_used_at
        .map_or_else(|| "never".into(), rfc3339);
    [
        &*verifier.id.to_string(),
        state(verifier),
        &key_text::hint(&verifier.token_prefix, &verifier.last4),
        &used,
        &verifier.name,
    ]
    .join("\t")
}
