//! `keystead serve`.

use crate::config::Config;
use crate::domain::time::Clock;
use crate::server::Application;
use crate::telemetry;

/// Starts the server and says what to do next.
pub fn run(config: &Config) -> Result<(), String> {
    telemetry::start(&config.log, config.log_json)?;
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(config, &Clock::System)?;
        println!("Keystead listens on {}", application.base_url());
        match application.setup_link() {
            Some(link) => {
                println!("Nobody has an account yet. Within one hour, open this link once: {link}")
            }
            None => println!("Sign in at {}/login", application.base_url()),
        }
        println!(
            "The API is described at {}/api/docs",
            application.base_url()
        );
        application.run().await
    })
}
