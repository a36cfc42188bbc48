//! Why a request was let through or refused: the checks in their order, against what the key was like at that moment.

use crate::db::request_records::Record;
use crate::db::{self, Conn};
use crate::domain::key_snapshot::{GroupSnapshot, KeySnapshot, TenantSnapshot};
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::verdict::Code;
use crate::domain::zone::Zone;
use crate::domain::{Error, Result};
use crate::verify::Index;
use crate::verify::checks::{CHECKS, Check, Past};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It let the request go on.
    Passed,
    /// It refused the request.
    Failed,
    /// An earlier check had refused the request.
    NotReached,
}

/// A check, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The verdict when it fails.
    pub code: Code,
    /// What had to be true, such as "The key has not expired".
    pub question: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
    /// What would have passed; empty unless it failed.
    pub needed: String,
}

/// The explanation of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// The decision about a key of the tenant.
    Known(Box<Known>),
    /// The presented text was no key of ours; nothing more is kept of such requests.
    Stranger(Code),
}

/// The decision about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The request.
    pub record: Record,
    /// The key at that moment.
    pub key: KeySnapshot,
    /// False when what the key was like then is not known, and this is what it is like now.
    pub is_of_that_moment: bool,
    /// In the order in which they are made.
    pub checks: Vec<CheckResult>,
}

/// Explains the decision of a request, with times in a zone.
///
/// # Errors
/// `NotFound`, also for another tenant's request and for one that is too old; `Forbidden`.
pub fn explain(
    conn: &mut Conn,
    index: &Index,
    by: &Actor,
    id: RequestId,
    zone: Zone,
) -> Result<Explanation> {
    by.must_hold(Right::SeeUsage)?;
    let record = match db::request_records::find(conn, by.tenant, id) {
        Err(Error::NotFound) => {
            let stranger = index.strangers().find(id).ok_or(Error::NotFound)?;
            return Ok(Explanation::Stranger(stranger));
        }
        found => found?,
    };
    Ok(Explanation::Known(Box::new(known(conn, record, zone)?)))
}

/// The decision about a key, explained.
///
/// # Errors
/// `NotFound` when the key is gone without a trace.
pub(super) fn known(conn: &mut Conn, record: Record, zone: Zone) -> Result<Known> {
    let (key, is_of_that_moment) = match snapshot(conn, &record)? {
        Some(key) => (key, true),
        None => (db::key_snapshots::take(conn, record.key_id)?, false),
    };
    let at = record.at;
    let past = Past {
        key: &key,
        last4: &record.last4,
        address: &record.address,
        scope: &record.scope,
        at,
        zone,
    };
    let checks = results(&past, record.code);
    Ok(Known {
        record,
        key,
        is_of_that_moment,
        checks,
    })
}

/// What the key was like when it was decided upon, if that is known. Its group or tenant may have changed since the key
/// did: then the group's own snapshot tells what the key could do, and the tenant's whether it was suspended.
fn snapshot(conn: &mut Conn, record: &Record) -> Result<Option<KeySnapshot>> {
    let kept = db::change_log::payload_at(conn, &record.key_id.to_string(), record.rev)?;
    let Some((noted, mut key)) = kept.and_then(|(rev, text)| {
        let key: KeySnapshot = serde_json::from_str(&text).ok()?;
        Some((rev, key))
    }) else {
        return Ok(None);
    };
    if let Some(since) = key.ip_allowlist_since {
        key.ip_allowlist = db::kept_allowlists::find(conn, record.key_id, since)?;
    }
    let group = match &key.authorization_group_id {
        Some(group) => db::change_log::payload_at(conn, group, record.rev)?,
        None => None,
    };
    if let Some((rev, text)) = group.filter(|(rev, _)| *rev > noted) {
        let group: GroupSnapshot =
            serde_json::from_str(&text).map_err(db::rows::failure("change_log", "payload", rev))?;
        key.authorization_group = group.name;
        key.scopes = group.scopes;
    }
    let tenant = db::change_log::payload_at(conn, &record.tenant_id.to_string(), record.rev)?;
    if let Some((rev, text)) = tenant.filter(|(rev, _)| *rev > noted) {
        let tenant: TenantSnapshot =
            serde_json::from_str(&text).map_err(db::rows::failure("change_log", "payload", rev))?;
        key.tenant_suspended_at = tenant.suspended_at;
    }
    Ok(Some(key))
}

fn results(past: &Past<'_>, code: Code) -> Vec<CheckResult> {
    let mut is_decided = false;
    let result = |check: &Check| {
        let (outcome, found, needed) = if is_decided {
            (Outcome::NotReached, String::new(), String::new())
        } else {
            let finding = (check.explain)(past);
            is_decided = check.code == code;
            if is_decided {
                (Outcome::Failed, finding.failed, finding.needed)
            } else {
                (Outcome::Passed, finding.passed, String::new())
            }
        };
        CheckResult {
            code: check.code,
            question: check.question,
            outcome,
            found,
            needed,
        }
    };
    CHECKS.iter().map(result).collect()
}
