//! `keystead member role`.

use serde_json::json;

use super::must_be_a_role;
use crate::actions::members;
use crate::actions::tenants::operator;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::domain::time::Clock;
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Who, and what they become.
#[derive(clap::Args)]
pub struct RoleArgs {
    /// Email address of the member
    email: String,
    /// admin or viewer
    role: String,
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Gives the member another role.
pub fn run(config: &Config, args: &RoleArgs) -> Result<(), String> {
    must_be_a_role(&args.role)?;
    let Storage { db, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let member = db.write(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?;
        let user = meant::member(conn, &tenant, &args.email)?.user;
        members::set_role(conn, &operator(tenant.id, now), user, &args.role)
    })?;
    control::follow(&config.data_dir, &db)?;
    let role = member.role;
    let told = format!(
        "{} is {} of {} now.",
        member.email,
        role.label(),
        member.tenant_name
    );
    let document = json!({ "id": member.user, "email": member.email, "role": role.as_str() });
    out::document_or_lines(args.json, &document, [told])
}
