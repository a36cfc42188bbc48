//! The settings of mail, which belong together.

use std::path::Path;

use super::settings::Settings;
use crate::mail::settings::MailSettings;

/// How mail is sent, when a mail server is named.
///
/// # Errors
/// One line that names the setting.
pub fn read(settings: &Settings, public_url: Option<&str>) -> Result<Option<MailSettings>, String> {
    let (from, authorities) = (
        settings.optional("mail_from"),
        settings.optional("smtp_ca_file"),
    );
    let Some(url) = settings.optional("smtp_url") else {
        let alone = from
            .map(|_| "mail_from")
            .or(authorities.map(|_| "smtp_ca_file"));
        return match alone {
            Some(name) => Err(format!("{name}: set smtp_url too, or leave this one out")),
            None => Ok(None),
        };
    };
    let from = from.ok_or("mail_from: set it too, since smtp_url is set: the sender of mail")?;
    if public_url.is_none() {
        return Err(
            "public_url: set it too, since smtp_url is set: links in mail begin with it".into(),
        );
    }
    MailSettings::read(&url, &from, authorities.as_deref().map(Path::new)).map(Some)
}
