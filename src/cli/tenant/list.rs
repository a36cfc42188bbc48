//! `keystead tenant list`.

use serde_json::Value;

use super::as_json;
use crate::cli::out;
use crate::config::Config;
use crate::db::Conn;
use crate::db::tenant_overviews::{self, Asked, Overview};
use crate::domain::Result as Outcome;
use crate::domain::time::{Clock, Timestamp, rfc3339};
use crate::server::storage::{Storage, open_storage};

/// Tenants that are read at once.
const PAGE: i64 = 500;

/// How to print them.
#[derive(clap::Args)]
pub struct ListArgs {
    /// One JSON array instead of lines
    #[arg(long)]
    json: bool,
}

/// Prints a line for each tenant: id, state, plan, keys, limit and name, with tabs between them.
pub fn run(config: &Config, args: &ListArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let all = db.snapshot(|conn| load(conn, now))?;
    let document = all.iter().map(full).collect();
    out::document_or_lines(args.json, &document, all.iter().map(as_line))
}

fn load(conn: &mut Conn, now: Timestamp) -> Outcome<Vec<Overview>> {
    let mut all: Vec<Overview> = Vec::new();
    loop {
        let after = all.last().map(|last| last.tenant.id.to_string());
        let asked = Asked {
            after,
            ..Asked::default()
        };
        let page = tenant_overviews::list(conn, &asked, PAGE, now)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn full(one: &Overview) -> Value {
    let mut document = as_json(&one.tenant);
    document["keys"] = one.used.into();
    document["last_activity_at"] = one.active_at.map(rfc3339).into();
    document
}

fn as_line(one: &Overview) -> String {
    let state = one.tenant.suspended_at.map_or("active", |_| "suspended");
    [
        &*one.tenant.id.to_string(),
        state,
        one.tenant.plan.as_str(),
        &one.used.to_string(),
        &one.tenant.key_limit.to_string(),
        &one.tenant.name,
    ]
    .join("\t")
}
