//! `keystead member invite`.

use serde_json::json;

use super::must_be_a_role;
use crate::actions::invitations;
use crate::actions::tenants::operator;
use crate::cli::{invitation_links, meant};
use crate::config::Config;
use crate::domain::invitation::Draft;
use crate::domain::role::Overseer;
use crate::domain::time::Clock;
use crate::server::storage::open_storage;

/// Whom, where to and as what.
#[derive(clap::Args)]
pub struct InviteArgs {
    /// Email address of the person
    email: String,
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// admin or viewer
    #[arg(long)]
    role: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Invites the person.
pub fn run(config: &Config, args: &InviteArgs) -> Result<(), String> {
    must_be_a_role(&args.role)?;
    let draft = Draft::check(&args.email, &args.role)?;
    let storage = open_storage(config)?;
    let now = Clock::System.now();
    let invitation = storage.db.write(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?.id;
        let inviter = Overseer::Operator(now);
        invitations::create(conn, &operator(tenant, now), &draft, inviter.name())
    })?;
    let document = args.json.then(|| json!({}));
    invitation_links::hand_over(config, &storage, &invitation, document)
}
