//! `keystead tenant`: tenants at the shell, beside a running server or without one.

mod create;
mod list;
mod rename;
mod suspensions;

use serde_json::{Value, json};

use crate::config::Config;
use crate::db::tenants::Tenant;
use crate::domain::time::rfc3339;

/// What to do with tenants.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print all tenants, by name
    List(list::ListArgs),
    /// Make a tenant and print the link of its first admin's invitation, and nothing else, on standard output
    Create(create::CreateArgs),
    /// Give a tenant another name
    Rename(rename::RenameArgs),
    /// Suspend a tenant; when this ends, a running server accepts none of its keys
    Suspend(suspensions::SuspensionArgs),
    /// Give a suspended tenant everything back
    Resume(suspensions::SuspensionArgs),
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match command {
        Command::List(args) => list::run(config, args),
        Command::Create(args) => create::run(config, args),
        Command::Rename(args) => rename::run(config, args),
        Command::Suspend(args) => suspensions::run(config, args, true),
        Command::Resume(args) => suspensions::run(config, args, false),
    }
}

/// A tenant as programs read it.
fn as_json(tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id,
        "name": tenant.name,
        "plan": tenant.plan.as_str(),
        "key_limit": tenant.key_limit,
        "created_at": rfc3339(tenant.created_at),
        "suspended_at": tenant.suspended_at.map(rfc3339),
        "deletion_at": tenant.deletion_at.map(rfc3339),
        "suspension_reason": tenant.suspended_at.map(|_| &tenant.suspension_reason),
    })
}
