//! `keystead tenant create`.

use serde_json::json;

use super::as_json;
use crate::actions::tenants;
use crate::cli::invitation_links;
use crate::cli::out;
use crate::config::Config;
use crate::db;
use crate::domain::plan::STANDARD;
use crate::domain::role::Overseer;
use crate::domain::tenant::Input;
use crate::domain::time::Clock;
use crate::server::storage::open_storage;

/// What to make.
#[derive(clap::Args)]
pub struct CreateArgs {
    /// Name of the organization
    name: String,
    /// Email address of who becomes its first admin
    #[arg(long, value_name = "EMAIL")]
    admin: String,
    /// Plan
    #[arg(long, default_value = STANDARD)]
    plan: String,
    /// Most API keys that it may have at the same time [default: that of the plan]
    #[arg(long, value_name = "NUMBER")]
    key_limit: Option<i64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Makes the tenant, and invites its first admin.
pub fn run(config: &Config, args: &CreateArgs) -> Result<(), String> {
    let limit = args.key_limit.map(|limit| limit.to_string());
    let input = Input {
        name: &args.name,
        plan: &args.plan,
        limit: limit.as_deref().unwrap_or_default(),
        email: &args.admin,
    };
    let storage = open_storage(config)?;
    let plans = storage.db.read(db::plans::list)?;
    let draft = input.check(&plans)?;
    let by = Overseer::Operator(Clock::System.now());
    let (tenant, first) = storage.db.write(|conn| tenants::make(conn, &by, &draft))?;
    out::note(format_args!(
        "Tenant \"{}\" ({}) is there.",
        tenant.name, tenant.id
    ));
    let document = args.json.then(|| json!({ "tenant": as_json(&tenant) }));
    invitation_links::hand_over(config, &storage, &first, document)
}
