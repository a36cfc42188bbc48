//! What commands print. Nothing here panics when nobody reads it, or the disk is full.

use std::fmt::Display;
use std::io::Write as _;

use serde_json::Value;

/// Prints a line. That nobody reads it is an error, so that what is shown once can be told to be lost.
pub fn line(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Prints a line that somebody asked for.
pub fn say(text: impl Display) -> Result<(), String> {
    line(&text.to_string()).map_err(|cause| format!("can't write to standard output: {cause}"))
}

/// Prints a line about what is done, and stays done when nobody reads it.
pub fn announce(text: impl Display) {
    let _ = line(&text.to_string());
}

/// As [`announce`], on standard error.
pub fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints either a JSON document on a line of its own, or lines for people.
pub fn document_or_lines(
    json: bool,
    document: &Value,
    lines: impl IntoIterator<Item = String>,
) -> Result<(), String> {
    let text = if json {
        document.to_string()
    } else {
        lines.into_iter().collect::<Vec<_>>().join("\n")
    };
    if text.is_empty() {
        return Ok(());
    }
    say(text)
}
