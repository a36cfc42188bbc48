//! Who read a credential, for tenants that want each time on record.

use serde_json::json;

use super::integrations::Target;
use super::record;
use crate::db::Conn;
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::environment::Environment;
use crate::domain::id::CredentialId;
use crate::domain::role::Actor;

/// What a system is about to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The credential.
    pub credential: CredentialId,
    /// Its number among those of its integration and level.
    pub version: i64,
    /// What it works with.
    pub environment: Environment,
    /// Whose it is: `project` or `organization`.
    pub source: &'static str,
}

/// Writes the audit row of so many reads. Call it before the answer: no record, no secret.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn create(
    conn: &mut Conn,
    by: &Actor,
    target: &Target,
    read: Read,
    reads: usize,
) -> Result<()> {
    let mut detail = target.detail(json!({
        "credential": read.credential,
        "version": read.version,
        "environment": read.environment.as_str(),
        "source": read.source,
    }));
    if reads > 1 {
        detail["reads"] = reads.into();
    }
    record(conn, by, &Event::CredentialRead(detail), target.object())
}
