//! A database that was put back to an older state, and what this server knows of what was stopped since.

use std::path::PathBuf;

use crate::actions::restores;
use crate::background::stop_record::{self, NAME};
use crate::config::Config;
use crate::db::Db;
use crate::domain::time::Timestamp;

/// The record of the server of this data directory.
pub fn record(config: &Config) -> PathBuf {
    config.data_dir.join(NAME)
}

/// Refuses a database in which something works again that was stopped, until somebody has decided on it.
///
/// # Errors
/// One line that says how much, and what to do.
pub fn must_be_decided(config: &Config, db: &Db, now: Timestamp) -> Result<(), String> {
    let file = record(config);
    let Some((stops, unread)) = stop_record::read(&file)? else {
        return Ok(());
    };
    if unread > 0 {
        let file = file.display();
        tracing::warn!(%file, lines = unread, "lines of the record of what was stopped can't be read");
    }
    let report = db.snapshot(|conn| restores::look(conn, stops, now))?;
    if report.is_undecided() {
        return Err(report.refusal());
    }
    Ok(())
}
