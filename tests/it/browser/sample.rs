//! The made-up tenant of the demo, with keys in every state.

use keystead::actions::samples;
use keystead::config::secrets::Secrets;
use keystead::domain::password;

use crate::support::{App, PASSWORD};

/// Admin of Acme Industrial.
pub const MAYA: &str = "maya@acme.example";

/// Fills a server that has no accounts yet.
pub fn fill(app: &App) {
    let secrets = Secrets::load(&app.config, false).unwrap();
    let digest = password::digest(PASSWORD).unwrap();
    let now = app.clock.now();
    app.db
        .write(|conn| samples::fill(conn, "ks", &secrets.peppers[0], &digest, now))
        .unwrap();
    keystead::server::control::follow(&app.config.data_dir).unwrap();
}
