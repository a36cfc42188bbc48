//! One row of the list of verifiers: how often it asked, and the old tokens that still work.

use crate::actions::verifiers::last_use_of;
use crate::db::Conn;
use crate::db::verifier_rotations::{self, OldToken};
use crate::db::verifier_usage::{self, Asked};
use crate::db::verifiers::{self, Verifier};
use crate::domain::id::VerifierId;
use crate::domain::time::{self, Timestamp};
use crate::domain::verifier_rotations::until;
use crate::domain::{Result, key_text};
use crate::web::numbers::grouped;
use crate::web::shell::Moment;
use crate::web::viewer_zone;

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct VerifierRow {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub status_label: &'static str,
    pub hint: String,
    /// "Old …9fQ2 works until 28 Nov 2026, 12:00 UTC, used 5 min ago", for each that works.
    pub old: Vec<String>,
    pub created: Moment,
    pub hour: String,
    pub day: String,
    pub last_used: Option<Moment>,
}

impl VerifierRow {
    fn new(verifier: Verifier, asked: Asked, old: &[&OldToken], now: Timestamp) -> Self {
        let revoked = verifier.revoked_at.is_some();
        let (status, status_label) = if revoked {
            ("revoked", "Revoked")
        } else {
            ("active", "Active")
        };
        let last_used = verifier.last_used_at;
        Self {
            status,
            status_label,
            hint: key_text::hint(&verifier.token_prefix, &verifier.last4),
            old: old
                .iter()
                .filter(|_| !revoked)
                .map(|token| fate(token, now))
                .collect(),
            created: Moment::day(verifier.created_at),
            hour: grouped(asked.hour),
            day: grouped(asked.day),
            last_used: last_used.map(|at| Moment::past(at, now)),
            id: verifier.id.to_string(),
            name: verifier.name,
        }
    }

    /// The rows of all verifiers: those that may ask first.
    pub fn load_all(conn: &mut Conn, now: Timestamp) -> Result<Vec<Self>> {
        let (asked, old) = (
            verifier_usage::lately(conn, now)?,
            verifier_rotations::list_running(conn, now)?,
        );
        let rows = verifiers::list(conn)?.into_iter().map(|verifier| {
            let own = old.iter().filter(|token| token.verifier_id == verifier.id);
            let own: Vec<&OldToken> = own.collect();
            let asked = asked.get(&verifier.id).copied().unwrap_or_default();
            Self::new(verifier, asked, &own, now)
        });
        Ok(rows.collect())
    }

    /// The row of one verifier.
    pub fn load(conn: &mut Conn, id: VerifierId, now: Timestamp) -> Result<Self> {
        let verifier = verifiers::find(conn, id)?;
        let asked = verifier_usage::lately(conn, now)?;
        let old = verifier_rotations::list_running_of(conn, id, now)?;
        let asked = asked.get(&id).copied().unwrap_or_default();
        Ok(Self::new(
            verifier,
            asked,
            &old.iter().collect::<Vec<_>>(),
            now,
        ))
    }
}

/// What becomes of an old token, in words.
fn fate(token: &OldToken, now: Timestamp) -> String {
    let used = token.last_used_at.map_or_else(
        || "never used".into(),
        |at| format!("used {}", time::relative(at, now)),
    );
    format!(
        "Old …{} works {}, {used}",
        token.last4,
        until(token.ends_at, viewer_zone::current())
    )
}

/// "12 in the last hour, 340 in the last day".
pub fn asked_lately(asked: Asked) -> String {
    format!(
        "{} in the last hour, {} in the last day",
        grouped(asked.hour),
        grouped(asked.day)
    )
}

/// When a verifier or one of its old tokens was used last, in words.
pub fn last_used(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "never used".into(), |at| time::relative(at, now))
}

/// As [`last_used`], of old tokens.
pub fn last_used_of(old: &[OldToken], now: Timestamp) -> String {
    last_used(last_use_of(old), now)
}
