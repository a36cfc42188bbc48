//! Writes which credentials projects were given, and which could not be opened; destroys what nobody can go back to.

use crate::actions::{credential_reports, credentials};
use crate::db::integration_reads::{self, Reads, hour_of};
use crate::db::{self, Db};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::resolve::Credentials;

/// Hours of reads are kept for two days: pages show the last one.
const KEEP_DAYS: i64 = 2;

/// Writes what was counted and found since the last time.
///
/// # Errors
/// `Unavailable` when the database is away; it is written the next time.
pub fn flush(db: &Db, held: &Credentials, now: Timestamp) -> Result<()> {
    let damaged = held.damage().collect();
    for (id, tenant) in &damaged {
        let noted = db.write(|conn| credential_reports::note_damaged(conn, *tenant, *id, now));
        match noted {
            // It was removed meanwhile.
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => {
                held.damage().keep(*id, *tenant);
                return Err(error);
            }
        }
    }
    let given = held.reads().collect();
    if given.is_empty() {
        return Ok(());
    }
    let written = db.write(|conn| {
        let counts = given.iter();
        let more: Vec<Reads> = counts
            .map(|((credential, project), (tenant, reads))| Reads {
                credential_id: *credential,
                project_id: *project,
                start: hour_of(now),
                tenant_id: *tenant,
                reads: *reads,
            })
            .collect();
        integration_reads::add(conn, &more)
    });
    // What may be written after all must not be counted twice.
    if matches!(&written, Err(error) if !matches!(error, Error::OutcomeUnknown(_))) {
        for (of, (tenant, reads)) in given {
            held.reads().add(of, tenant, reads);
        }
    }
    written
}

/// Destroys credentials that nobody can go back to, and counts that nobody asks for.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn tidy(db: &Db, now: Timestamp) -> Result<()> {
    db.write(|conn| {
        credentials::destroy_replaced(conn, now)?;
        let oldest = now - chrono::TimeDelta::days(KEEP_DAYS);
        db::integration_reads::delete_before(conn, oldest).map(|_| ())
    })
}
