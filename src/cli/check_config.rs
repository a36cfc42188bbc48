//! `keystead check-config`.

use super::out;
use crate::config::settings::Settings;

/// Prints the settings in force. Values were checked before; this is reached only when all are right.
///
/// # Errors
/// One line when nobody reads them.
pub fn run(settings: &Settings) -> Result<(), String> {
    for line in settings.describe() {
        out::say(line)?;
    }
    Ok(())
}
