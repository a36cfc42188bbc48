//! `keystead member remove`.

use serde_json::json;

use crate::actions::members;
use crate::actions::tenants::operator;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::db::members::Member;
use crate::db::tenants::Tenant;
use crate::db::{Conn, change_log, key_owners};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{Error, Result as Outcome};
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// Who, and who looks after their keys from now on.
#[derive(clap::Args)]
pub struct RemoveArgs {
    /// Email address of the member
    email: String,
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Email address of the member who looks after their keys from now on
    #[arg(long, value_name = "EMAIL")]
    new_owner: Option<String>,
    /// Who looks after their keys from now on, in words such as "Plant IT, extension 12"
    #[arg(long, value_name = "WORDS", conflicts_with = "new_owner")]
    new_owner_text: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Takes the member out.
pub fn run(config: &Config, args: &RemoveArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let (member, keys) = db.write(|conn| remove(conn, args, now))?;
    control::follow(&config.data_dir, &db)?;
    let told = format!("{} is out of {}.", member.email, member.tenant_name);
    let document = json!({ "id": member.user, "email": member.email, "keys_handed_over": keys });
    out::document_or_lines(args.json, &document, [told])
}

fn remove(conn: &mut Conn, args: &RemoveArgs, now: Timestamp) -> Outcome<(Member, usize)> {
    // First, for its lock: no key comes to the person after they were counted.
    change_log::hold(conn)?;
    let tenant = meant::tenant(conn, &args.tenant)?;
    let leaving = meant::member(conn, &tenant, &args.email)?;
    let keys = key_owners::keys_of(conn, tenant.id, leaving.user)?.len();
    let heir = heir(conn, args, &tenant, &leaving)?;
    if keys > 0 && heir.is_empty() {
        return Err(Error::BadRequest(format!(
            "{} looks after {keys} {}; say who does from now on: --new-owner EMAIL, or --new-owner-text \"WORDS\"",
            leaving.email,
            if keys == 1 { "key" } else { "keys" }
        )));
    }
    let by = operator(tenant.id, now);
    let member = members::remove(conn, &by, leaving.user, &heir)?;
    Ok((member, keys))
}

/// The next owner as typed; empty when none is named.
fn heir(conn: &mut Conn, args: &RemoveArgs, tenant: &Tenant, leaving: &Member) -> Outcome<String> {
    let Some(email) = &args.new_owner else {
        return Ok(args.new_owner_text.clone().unwrap_or_default());
    };
    let heir = meant::member(conn, tenant, email)?;
    if heir.user == leaving.user {
        let text = "--new-owner names who is taken out; name somebody else";
        return Err(Error::BadRequest(text.into()));
    }
    Ok(heir.email)
}
