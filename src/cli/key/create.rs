//! `keystead key create`: a key, whose secret stands alone on standard output.

use serde_json::json;
use zeroize::Zeroizing;

use crate::actions::keys::{self, Issued, Issuing};
use crate::actions::tenants::operator;
use crate::cli::{meant, out};
use crate::config::Config;
use crate::db;
use crate::db::keys::Key;
use crate::domain::key::{Input, expiry_of_instant, expiry_of_last_day};
use crate::domain::key_text::KeySecret;
use crate::domain::time::Clock;
use crate::server::control;
use crate::server::storage::{Storage, open_storage};

/// What to make.
#[derive(clap::Args)]
pub struct CreateArgs {
    /// Name or id of the tenant
    #[arg(long)]
    tenant: String,
    /// Name of the system that will hold the key
    #[arg(long)]
    name: String,
    /// Authorization group [default: Full access]
    #[arg(long)]
    group: Option<String>,
    /// Name or id of the project that it belongs to [default: none; it is the whole tenant's]
    #[arg(long, value_name = "NAME-OR-ID")]
    project: Option<String>,
    /// When it ends: a date (last day it works, UTC) or an RFC 3339 instant; default: never
    #[arg(long, value_name = "T")]
    expires_at: Option<String>,
    /// Who looks after it: a member's email address, or words such as "Plant IT, extension 12"
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,
    /// live or test
    #[arg(long, default_value = "live")]
    environment: String,
    /// Print JSON, with the secret in it
    #[arg(long)]
    json: bool,
}

/// Makes the key.
pub fn run(config: &Config, args: &CreateArgs) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let now = Clock::System.now();
    let expiry = match args.expires_at.as_deref() {
        None => Ok(None),
        Some(text) if text.len() == 10 => expiry_of_last_day(text),
        Some(text) => expiry_of_instant(text),
    };
    let input = Input {
        name: &args.name,
        description: "",
        environment: &args.environment,
        ip_allowlist: Vec::new(),
        ip_allowlist_mode: "",
        rate_limit: None,
        owner: args.owner.as_deref().unwrap_or_default(),
    };
    let draft = input.check(now, expiry)?;
    let pepper = secrets.peppers.first().ok_or("there is no pepper")?;
    let issued = db.write(|conn| {
        let tenant = meant::tenant(conn, &args.tenant)?;
        let project = args.project.as_deref();
        let project = project.map(|text| db::projects::find_by_name(conn, tenant.id, text));
        let project = project.transpose()?.map(|project| project.id.to_string());
        let issuing = Issuing {
            brand: &config.brand,
            pepper,
            group: args.group.as_deref(),
            project: project.as_deref(),
            idempotency_key: None,
        };
        keys::issue(conn, &operator(tenant.id, now), &draft, issuing)
    })?;
    if let Issued::New(key, secret) = issued {
        // The secret first: whatever the running server does, this is the only time it can be shown.
        let shown = out::line(&shown(args, &key, &secret));
        let followed = control::follow(&config.data_dir, &db);
        shown.map_err(|cause| {
            format!(
                "key {} is stored, but its secret could not be written: {cause}; revoke it",
                key.id
            )
        })?;
        out::note(format_args!(
            "Key \"{}\" ({}) is ready. This is the only time its secret is shown.",
            key.name, key.id
        ));
        followed?;
    }
    Ok(())
}

fn shown(args: &CreateArgs, key: &Key, secret: &KeySecret) -> Zeroizing<String> {
    if !args.json {
        return Zeroizing::new(secret.expose().to_owned());
    }
    let document = json!({ "id": key.id, "name": key.name, "key": secret.expose() });
    Zeroizing::new(document.to_string())
}
