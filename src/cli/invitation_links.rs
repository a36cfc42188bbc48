//! The link of an invitation, handed over at the shell.

use serde_json::{Value, json};

use super::out;
use crate::config::Config;
use crate::db::invitations::Invitation;
use crate::domain::invitation::Link;
use crate::domain::time::rfc3339;
use crate::server::{control, site, storage::Storage};

/// Prints the link, and nothing else, on standard output; or `document` with the invitation in it.
pub fn hand_over(
    config: &Config,
    storage: &Storage,
    invitation: &Invitation,
    document: Option<Value>,
) -> Result<(), String> {
    let pepper = storage.secrets.peppers.first();
    let pepper = pepper.ok_or("there is no pepper")?;
    let link = Link::new(invitation.id, invitation.expires_at, pepper);
    let base = site::of(config, config.listen).base_url;
    let link = format!("{base}{}", link.path());
    let text = document.map_or_else(
        || link.clone(),
        |mut document| {
            document["invitation"] = json!({
                "id": invitation.id,
                "email": invitation.email,
                "role": invitation.role.as_str(),
                "expires_at": rfc3339(invitation.expires_at),
                "link": link,
            });
            document.to_string()
        },
    );
    // The link first, whatever the running server does.
    let shown = out::line(&text);
    let followed = control::follow(&config.data_dir, &storage.db);
    shown.map_err(|cause| {
        format!(
            "{} is invited, but the link could not be written: {cause}; the page Members shows it to an admin",
            invitation.email
        )
    })?;
    out::note(format_args!(
        "Hand the link over to {} and to nobody else. It works once, until {}.",
        invitation.email,
        rfc3339(invitation.expires_at)
    ));
    followed
}
