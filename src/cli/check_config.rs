//! `keystead check-config`.

use crate::config::settings::Settings;

/// Prints the settings in force. Values were checked before; this is reached only when all are right.
pub fn run(settings: &Settings) {
    for line in settings.describe() {
        println!("{line}");
    }
}
