//! The log: structured lines on standard error, each request with its id, never with a secret.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging; a second call changes nothing.
///
/// # Errors
/// A line for the person when the filter can't be read.
pub fn start(filter: &str, json: bool) -> Result<(), String> {
    // What actix says of its own start is no news to an operator.
    let filter = EnvFilter::try_new(format!("actix_server=warn,{filter}"))
        .map_err(|cause| format!("log: {cause}"))?;
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // An error here means that logging was started before, as several servers in one test process do.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).try_init()
    };
    Ok(())
}
