//! One change of many keys: what it would do to each, then the deed, all of it or nothing.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{key_suspensions, keys};
use crate::db::keys::Key;
use crate::db::{self, Conn, change_log, key_lists};
use crate::domain::id::KeyId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};

/// Most keys in one change.
pub const MOST: usize = 200;

/// What to do with each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Switch it off for now.
    Disable,
    /// Switch it on again.
    Enable,
    /// End it for good.
    Revoke,
}

impl Change {
    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Revoke => "revoke",
        }
    }

    /// # Errors
    /// `BadRequest` for a word that is none of ours.
    pub fn parse(word: &str) -> Result<Self> {
        [Self::Disable, Self::Enable, Self::Revoke]
            .into_iter()
            .find(|change| change.as_str() == word)
            .ok_or_else(|| Error::BadRequest("Choose to disable, enable or revoke.".into()))
    }

    /// Why a key would stay as it is; `None` when it would change.
    fn idle(self, key: &Key) -> Option<&'static str> {
        match self {
            _ if key.revoked_at.is_some() => Some("already revoked"),
            Self::Disable if key.disabled_at.is_some() => Some("already disabled"),
            Self::Enable if key.disabled_at.is_none() => Some("not disabled"),
            _ => None,
        }
    }
}

/// What a change would do to a key.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The key as it is.
    pub key: Key,
    /// Why it is left as it is; `None` when it changes.
    pub idle: Option<&'static str>,
    /// How often it was accepted in the last 24 hours, to the hour.
    pub accepted: i64,
}

/// What a change would do to each key.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The change.
    pub change: Change,
    /// The keys, as they were chosen.
    pub keys: Vec<Planned>,
}

impl Plan {
    /// The plan for some of the tenant's keys; ids that are none of them are left out.
    ///
    /// # Errors
    /// `Forbidden` without the right; `BadRequest` without any key, and with too many.
    pub fn make(conn: &mut Conn, by: &Actor, change: Change, ids: &[KeyId]) -> Result<Self> {
        by.must_hold(Right::ChangeKeys)?;
        let mut seen = BTreeSet::new();
        let ids: Vec<KeyId> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
        if ids.len() > MOST {
            let text = format!("Choose at most {MOST} keys at a time.");
            return Err(Error::BadRequest(text));
        }
        let keys = db::keys::list(conn, by.tenant, &ids)?;
        if keys.is_empty() {
            return Err(Error::BadRequest("Choose at least one key.".into()));
        }
        let ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
        let accepted = key_lists::accepted_since(conn, &ids, by.now - TimeDelta::days(1))?;
        let keys = keys.into_iter().map(|key| Planned {
            idle: change.idle(&key),
            accepted: accepted.get(&key.id).copied().unwrap_or_default(),
            key,
        });
        Ok(Self {
            change,
            keys: keys.collect(),
        })
    }

    /// The keys that change.
    pub fn changing(&self) -> impl Iterator<Item = &Planned> {
        self.keys.iter().filter(|planned| planned.idle.is_none())
    }

    /// What has to be typed before the deed: how many keys change, when some of them are in use and would break.
    pub fn must_type(&self) -> Option<String> {
        let breaks =
            self.change != Change::Enable && self.changing().any(|planned| planned.accepted > 0);
        breaks.then(|| self.changing().count().to_string())
    }
}

/// Changes the keys, each with its own audit row, and gives how many changed. `reason` is kept with those that it
/// revokes; empty for none.
///
/// # Errors
/// As [`Plan::make`]; `Invalid` at `typed` when it is not [`Plan::must_type`], and at `reason`.
pub fn apply(
    conn: &mut Conn,
    by: &Actor,
    change: Change,
    ids: &[KeyId],
    typed: &str,
    reason: &str,
) -> Result<usize> {
    by.must_hold(Right::ChangeKeys)?;
    // The head's lock comes first: no other change comes between this plan and the deed.
    change_log::hold(conn)?;
    let plan = Plan::make(conn, by, change, ids)?;
    let mut errors = FieldErrors::default();
    if let Some(word) = plan.must_type()
        && typed.trim() != word
    {
        errors.add(
            "typed",
            format!("Type {word}, the number of keys that change."),
        );
    }
    errors.absorb(keys::check_reason(reason).map(|_| ()))?;
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut changed = 0;
    for planned in plan.changing() {
        let id = planned.key.id;
        match change {
            Change::Disable => key_suspensions::disable(conn, by, id)?,
            Change::Enable => key_suspensions::enable(conn, by, id)?,
            Change::Revoke => keys::revoke_with_reason(conn, by, id, reason)?,
        };
        changed += 1;
    }
    Ok(changed)
}
