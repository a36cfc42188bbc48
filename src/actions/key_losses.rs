//! What a change takes away from a key that is in use, as far as its last requests tell whom that hits.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{key_updates, observed_callers, version_of};
use crate::db::keys::Key;
use crate::db::request_records::{Filter, Record};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_updates::Update;
use crate::domain::rate_limit::RateLimit;
use crate::domain::request_id::RequestId;
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// Days back in which a key counts as used, and its requests tell what it needs.
const DAYS: i64 = 7;
/// Requests that are looked at.
const REQUESTS: i64 = 1_000;

/// What a change takes away. What it leaves alone or widens is not in here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// Another group, which does not grant all that the key has now.
    pub group: Option<GroupLoss>,
    /// A list that lets fewer addresses in: those that called in the last 7 days and would be refused. An unknown one is
    /// the empty text.
    pub callers: Option<Vec<String>>,
    /// A limit that is lower, or new.
    pub rate_limit: Option<RateLimit>,
}

/// Another group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLoss {
    /// Its name.
    pub name: String,
    /// The scopes that the key used in the last 7 days and would lack.
    pub used: Vec<String>,
}

impl Losses {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A word for what is taken away from the key as it is: who confirmed it confirmed nothing else.
    pub fn word(&self, key: &Key, update: &Update) -> String {
        let version = key_updates::version(key);
        let group = self.group.as_ref().map_or("", |loss| &loss.name);
        let limit = self.rate_limit.map(|limit| limit.to_string());
        let list = update.ip_allowlist.as_ref().unwrap_or(&key.ip_allowlist);
        let list = self.callers.as_ref().map(|_| list.entries().join("\n"));
        version_of(&[
            &version,
            group,
            &limit.unwrap_or_default(),
            &list.unwrap_or_default(),
        ])
    }
}

/// What a change takes away from a key; `None` when that hits nobody: it only widens, or nobody used the key in the last
/// 7 days. A change that can't be made takes nothing away either. Of the requests only the last 1,000 are looked at.
///
/// # Errors
/// `NotFound`; `Invalid` at `authorization_group`.
pub fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: KeyId,
    update: &Update,
    now: Timestamp,
) -> Result<Option<(Key, Losses)>> {
    let key = db::keys::find(conn, tenant, id)?;
    let is_stale = |shown: &String| *shown != key_updates::version(&key);
    if key.revoked_at.is_some() || update.shown.as_ref().is_some_and(is_stale) {
        return Ok(None);
    }
    let from = now - TimeDelta::days(DAYS);
    let recent = requests(conn, tenant, id, from, REQUESTS)?;
    if recent.is_empty() && key.last_used_at().is_none_or(|at| at < from) {
        return Ok(None);
    }
    let losses = Losses {
        group: group(conn, tenant, &key, update, &recent)?,
        callers: callers(conn, tenant, &key, update, now)?,
        rate_limit: rate_limit(&key, update),
    };
    Ok((!losses.is_empty()).then_some((key, losses)))
}

/// The last accepted requests of a key since an instant.
pub(super) fn requests(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    from: Timestamp,
    most: i64,
) -> Result<Vec<Record>> {
    let accepted = Filter {
        key: Some(key),
        code: Code::Valid.as_str().into(),
        from: Some(RequestId::first_at(from)),
        ..Filter::default()
    };
    db::request_records::list(conn, tenant, &accepted, most)
}

/// The scopes that requests used, in order, but for those that `left` grants.
pub(super) fn lost_scopes(requests: &[Record], left: &Scopes) -> Vec<String> {
    let used: BTreeSet<&str> = requests.iter().map(|one| one.scope.as_str()).collect();
    let lost = used
        .into_iter()
        .filter(|scope| !scope.is_empty() && !left.allow(scope));
    lost.map(str::to_owned).collect()
}

fn group(
    conn: &mut Conn,
    tenant: TenantId,
    key: &Key,
    update: &Update,
    recent: &[Record],
) -> Result<Option<GroupLoss>> {
    let Some(wanted) = &update.group else {
        return Ok(None);
    };
    let group = db::groups::find(conn, tenant, wanted, "authorization_group")?;
    let mut used = lost_scopes(recent, &group.scopes);
    // What is refused already is no loss.
    used.retain(|scope| key.scopes.allow(scope));
    let loss = GroupLoss {
        name: group.name,
        used,
    };
    Ok((!group.scopes.cover(&key.scopes)).then_some(loss))
}

fn callers(
    conn: &mut Conn,
    tenant: TenantId,
    key: &Key,
    update: &Update,
    now: Timestamp,
) -> Result<Option<Vec<String>>> {
    let enforced = AllowlistMode::Enforce;
    let before = (key.ip_allowlist_mode == enforced).then_some(&key.ip_allowlist);
    let list = update.ip_allowlist.as_ref().unwrap_or(&key.ip_allowlist);
    let mode = update.ip_allowlist_mode.unwrap_or(key.ip_allowlist_mode);
    if mode != enforced || before.is_some_and(|before| list.covers(before)) {
        return Ok(None);
    }
    let mut refused = observed_callers::refused_by(conn, tenant, key.id, list, now)?;
    if let Some(before) = before {
        refused.retain(|address| before.allows_text(address));
    }
    // Each caller of an observed list is known: one that lets them all in takes nothing away.
    let is_safe = refused.is_empty() && key.ip_allowlist_mode == AllowlistMode::Observe;
    Ok((!is_safe).then_some(refused))
}

fn rate_limit(key: &Key, update: &Update) -> Option<RateLimit> {
    let wanted = update.rate_limit??;
    let lower = key.rate_limit.0.is_none_or(|now| !wanted.covers(now));
    lower.then_some(wanted)
}
