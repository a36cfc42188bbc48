//! `keystead serve`.

use super::out;
use crate::config::Config;
use crate::domain::time::Clock;
use crate::server::{Application, open_files, process, storage};
use crate::telemetry;

/// Starts the server and says what to do next.
pub fn run(config: &Config) -> Result<(), String> {
    telemetry::start(&config.log, config.log_json)?;
    process::refuse_dumps();
    open_files::raise_limit();
    storage::await_database(config)?;
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(config, &Clock::System)?;
        process::warn_of_root();
        out::announce(format_args!(
            "Keystead listens on {}",
            application.base_url()
        ));
        match application.setup_link() {
            Some(link) => out::announce(format_args!(
                "Nobody has an account yet. Within one hour, open this link once: {link}"
            )),
            None => out::announce(format_args!("Sign in at {}/login", application.base_url())),
        }
        out::announce(format_args!(
            "The API is described at {}/api/docs",
            application.base_url()
        ));
        application.run().await
    })
}
