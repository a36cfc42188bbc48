//! Why a request was let through or refused: the checks in their order, against what the key was like at that moment.

use super::observed_callers;
use crate::db::request_records::Record;
use crate::db::{self, Conn};
use crate::domain::address_list::AddressList;
use crate::domain::key_snapshot::{GroupSnapshot, KeySnapshot};
use crate::domain::request_id::RequestId;
use crate::domain::role::Actor;
use crate::domain::time::{Timestamp, day_and_time, from_micros};
use crate::domain::{Error, Result};
use crate::verify::{Code, Index};

/// Addresses and ranges of an allowlist that are told.
const ADDRESSES: usize = 5;

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

/// One check of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is asked, such as "The key has not expired".
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
    /// When it was decided.
    pub at: Timestamp,
    /// The answer.
    pub code: Code,
    /// The key at that moment.
    pub key: KeySnapshot,
    /// False when what the key was like then is not known, and this is what it is like now.
    pub is_of_that_moment: bool,
    /// In the order in which they are made.
    pub checks: Vec<Check>,
}

/// Explains the decision of a request.
///
/// # Errors
/// `NotFound`, also for another tenant's request and for one that is too old; `Forbidden`.
pub fn explain(conn: &mut Conn, index: &Index, by: &Actor, id: RequestId) -> Result<Explanation> {
    by.must_hold("usage:read")?;
    let record = match db::request_records::find(conn, by.tenant, id) {
        Err(Error::NotFound) => {
            let stranger = index.strangers().find(id).ok_or(Error::NotFound)?;
            return Ok(Explanation::Stranger(stranger));
        }
        found => found?,
    };
    let code = Code::parse(&record.code)
        .ok_or_else(|| Error::Internal(format!("unknown verdict {}", record.code)))?;
    let (key, is_of_that_moment) = match snapshot(conn, &record)? {
        Some(key) => (key, true),
        None => (
            db::key_snapshots::take(conn, record.key_id.parse()?)?,
            false,
        ),
    };
    let at = from_micros(record.at);
    let checks = checks(&record, at, code, &key);
    Ok(Explanation::Known(Box::new(Known {
        record,
        at,
        code,
        key,
        is_of_that_moment,
        checks,
    })))
}

/// What the key was like when it was decided upon, if that is known. Its group may have changed since the key did: then
/// the group's own snapshot tells what the key could do.
fn snapshot(conn: &mut Conn, record: &Record) -> Result<Option<KeySnapshot>> {
    let kept = db::change_log::payload_at(conn, &record.key_id, record.rev)?;
    let Some((noted, mut key)) = kept.and_then(|(rev, text)| {
        let key: KeySnapshot = serde_json::from_str(&text).ok()?;
        Some((rev, key))
    }) else {
        return Ok(None);
    };
    let group = match &key.authorization_group_id {
        Some(group) => db::change_log::payload_at(conn, group, record.rev)?,
        None => None,
    };
    if let Some((_, text)) = group.filter(|(rev, _)| *rev > noted) {
        let group: GroupSnapshot = serde_json::from_str(&text).map_err(Error::internal)?;
        key.authorization_group = group.name;
        key.scopes = group.scopes;
    }
    Ok(Some(key))
}

fn checks(record: &Record, at: Timestamp, code: Code, key: &KeySnapshot) -> Vec<Check> {
    let failed = Code::refusals().position(|one| one == code);
    let findings = findings(record, at, key);
    findings
        .into_iter()
        .enumerate()
        .map(|(place, (question, passed, refused, needed))| {
            let outcome = match failed {
                Some(failed) if place == failed => Outcome::Failed,
                Some(failed) if place > failed => Outcome::NotReached,
                _ => Outcome::Passed,
            };
            Check {
                question,
                outcome,
                found: match outcome {
                    Outcome::Passed => passed,
                    Outcome::Failed => refused,
                    Outcome::NotReached => String::new(),
                },
                needed: if outcome == Outcome::Failed {
                    needed
                } else {
                    String::new()
                },
            }
        })
        .collect()
}

/// The first few of a list that may have hundreds of lines.
fn shortened(list: &[String]) -> String {
    let (first, rest) = list.split_at(list.len().min(ADDRESSES));
    match rest.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// What an allowlist that is only observed did: nothing, and what it would have done.
fn observed(caller: &str, allowed: &str, record: &Record, key: &KeySnapshot) -> String {
    let lines = key.ip_allowlist.iter().map(String::as_str);
    let would_pass = AddressList::parse(lines)
        .is_ok_and(|list| observed_callers::allows(&list, &record.address));
    if would_pass {
        format!("{caller}. The IP allowlist is only observed; enforced, it would let this through.")
    } else {
        format!(
            "{caller}, which is not in {allowed}. The IP allowlist is only observed; enforced, it would refuse this."
        )
    }
}

/// Question, what was found when it passed, what was found when it failed, and what would have passed; in the order of
/// [`Code::ALL`] behind `Valid`.
type Finding = (&'static str, String, String, String);

/// The check of revocation, and with it of a former secret's end.
const NOT_REVOKED: &str = "The key is not revoked";

/// What is said when a key that is not revoked was presented with a secret that it had before.
fn end_of_secret(record: &Record, key: &KeySnapshot) -> Option<Finding> {
    let former = key.former_secret(&record.last4)?;
    if key.revoked_at.is_some() {
        return None;
    }
    let (last4, now) = (&former.last4, &key.hint);
    let until = former.ends_at.map(day_and_time);
    let works = match &until {
        Some(until) => {
            format!("It came with the former secret …{last4}, which worked until {until}.")
        }
        None => {
            format!("It came with the former secret …{last4}, which worked until it fell quiet.")
        }
    };
    Some((
        NOT_REVOKED,
        works,
        format!(
            "It came with the former secret …{last4}, which ended at {}.",
            until.unwrap_or_default()
        ),
        format!("The secret that the key has now, {now}."),
    ))
}

fn findings(record: &Record, at: Timestamp, key: &KeySnapshot) -> [Finding; 7] {
    let since = |what: &str, when: Option<Timestamp>| match when {
        Some(when) => format!("{what} since {}.", day_and_time(when)),
        None => format!("{what}."),
    };
    let (address, scope) = (&record.address, &record.scope);
    let caller = match address.as_str() {
        "" => "The caller's address was not known".to_owned(),
        address => format!("The caller was at {address}"),
    };
    let allowed = shortened(&key.ip_allowlist);
    let expiry = key.expires_at.map_or_else(
        || "It never expires.".to_owned(),
        |end| format!("It works until {}.", day_and_time(end)),
    );
    [
        (
            "The tenant is active",
            "It was active.".into(),
            since("It was suspended", key.tenant_suspended_at),
            "A tenant that is not suspended. Ask your operator.".into(),
        ),
        end_of_secret(record, key).unwrap_or_else(|| {
            (
                NOT_REVOKED,
                "It was not revoked.".into(),
                since("It was revoked", key.revoked_at),
                "Another key: revoking is for good.".into(),
            )
        }),
        (
            "The key is switched on",
            "It was on.".into(),
            since("It was disabled", key.disabled_at),
            "The same key, enabled again.".into(),
        ),
        (
            "The key has not expired",
            expiry,
            key.expires_at.map_or_else(String::new, |end| {
                format!(
                    "It expired at {}; the request came at {}.",
                    day_and_time(end),
                    day_and_time(at)
                )
            }),
            "A key with a later expiration.".into(),
        ),
        (
            "The caller's address is allowed",
            match allowed.as_str() {
                _ if key.ip_allowlist_observed => observed(&caller, &allowed, record, key),
                "" => "Any address is allowed.".into(),
                allowed => format!("{caller}, which is in {allowed}."),
            },
            match address.as_str() {
                "" => format!("{caller}; it has to be in {allowed}."),
                _ => format!("{caller}, which is not in {allowed}."),
            },
            match address.as_str() {
                "" => format!("A caller in {allowed}."),
                _ => format!(
                    "A caller in {allowed}, or the address added to the key's IP allowlist."
                ),
            },
        ),
        (
            "The key holds the scope",
            match scope.as_str() {
                "" => "No scope was asked for.".into(),
                scope => format!("{scope} is granted by {}.", key.scopes),
            },
            format!(
                "{scope} was asked for; the group {} grants {}.",
                key.authorization_group, key.scopes
            ),
            format!("A key whose authorization group grants {scope}."),
        ),
        (
            "The key is within its rate limit",
            match &key.rate_limit {
                None => "It has no limit.".into(),
                Some(limit) => format!("It was within its limit of {limit}."),
            },
            match &key.rate_limit {
                None => "It had used up its limit at that moment.".into(),
                Some(limit) => format!("It had used up its limit of {limit} at that moment."),
            },
            "Fewer requests at a time, or a higher rate limit.".into(),
        ),
    ]
}
