//! The log: structured lines on standard error, each request with its id, never with a secret.

mod panics;
mod stream;

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use tracing_subscriber::EnvFilter;

use self::stream::Stream;

static LOG: OnceLock<Stream> = OnceLock::new();

/// Starts logging; a second call changes nothing.
///
/// # Errors
/// A line for the person when the filter can't be read.
pub fn start(filter: &str, json: bool) -> Result<(), String> {
    let filter = filter_of(filter)?;
    let colours = std::io::stderr().is_terminal();
    let log = LOG.get_or_init(|| Stream::new(json));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || log)
        .with_ansi(colours);
    // An error here means that logging was started before, as several servers in one test process do.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).try_init()
    };
    panics::log_them();
    Ok(())
}

/// Lines that nobody could read, since logging was started.
pub fn lost_lines() -> u64 {
    LOG.get().map_or(0, Stream::lost)
}

/// What is logged under a setting.
///
/// # Errors
/// A line for the person when it can't be read.
pub fn filter_of(setting: &str) -> Result<EnvFilter, String> {
    let unreadable = |cause: &dyn std::fmt::Display| format!("log: {cause}");
    // What actix says of its own start is no news to an operator, and bytes that are no request are no error of ours.
    let quiet = "actix_server=warn,actix_http::h1::dispatcher=off";
    let mut filter =
        EnvFilter::try_new(format!("{quiet},{setting}")).map_err(|cause| unreadable(&cause))?;
    // At the level trace these write down what they send, and that holds the credentials of third parties.
    for silent in ["ureq=off", "ureq_proto=off"] {
        filter = filter.add_directive(silent.parse().map_err(|cause| unreadable(&cause))?);
    }
    Ok(filter)
}
