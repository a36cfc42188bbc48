//! `keystead member list`.

use serde_json::{Value, json};

use crate::cli::{meant, out};
use crate::config::Config;
use crate::db::invitations::Invitation;
use crate::db::members::Member;
use crate::db::{self, key_owners};
use crate::domain::time::{Clock, rfc3339};
use crate::server::storage::{Storage, open_storage};

/// Of which tenant.
#[derive(clap::Args)]
pub struct ListArgs {
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// Prints a line for each person: address, role, when they signed in last, second factor, keys that they look after and
/// name, with tabs between them. Then a line for each open invitation: address, role, the word "invited" and its end.
pub fn run(config: &Config, args: &ListArgs) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    let (members, invitations, keys) = db.snapshot(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?.id;
        Ok((
            db::members::list(conn, tenant)?,
            db::invitations::list(conn, tenant)?,
            key_owners::counts(conn, tenant)?,
        ))
    })?;
    let now = Clock::System.now();
    let keys = |member: &Member| keys.get(&member.user).copied().unwrap_or_default();
    let open = |one: &&Invitation| one.expires_at > now;
    let people: Vec<Value> = members
        .iter()
        .map(|member| as_json(member, keys(member)))
        .collect();
    let invited: Vec<Value> = invitations.iter().filter(open).map(invited).collect();
    let document = json!({ "members": people, "invitations": invited });
    let lines = members.iter().map(|member| as_line(member, keys(member)));
    let lines = lines.chain(invitations.iter().filter(open).map(invited_line));
    out::document_or_lines(args.json, &document, lines)
}

fn as_json(member: &Member, keys: i64) -> Value {
    json!({
        "id": member.user,
        "email": member.email,
        "name": member.name,
        "role": member.role.as_str(),
        "super_user": member.super_user,
        "signed_in_at": member.signed_in_at.map(rfc3339),
        "second_factor": member.second_factor_at.is_some(),
        "keys": keys,
    })
}

fn as_line(member: &Member, keys: i64) -> String {
    let signed_in = member.signed_in_at.map_or_else(|| "never".into(), rfc3339);
    let factor = member
        .second_factor_at
        .map_or("password", |_| "second factor");
    [
        &*member.email,
        member.role.as_str(),
        &signed_in,
        factor,
        &keys.to_string(),
        &member.name,
    ]
    .join("\t")
}

fn invited(one: &Invitation) -> Value {
    json!({
        "id": one.id,
        "email": one.email,
        "role": one.role.as_str(),
        "invited_by": one.invited_by,
        "created_at": rfc3339(one.created_at),
        "expires_at": rfc3339(one.expires_at),
    })
}

fn invited_line(one: &Invitation) -> String {
    let (role, end) = (one.role.as_str(), rfc3339(one.expires_at));
    [&*one.email, role, "invited", &end].join("\t")
}
