//! What a running rotation has come to: which secret was used last, when, from where and by what.

use std::collections::BTreeMap;

use crate::db::Conn;
use crate::db::key_rotations::{LastUse, Rotation, list_running};
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::{self, Timestamp};

/// A rotation in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationState {
    /// Last four characters of the old secret.
    pub old: String,
    /// "last used 3 min ago from 203.0.113.7, curl/8".
    pub old_use: String,
    /// Last four characters of the new secret.
    pub new: String,
    /// As `old_use`.
    pub new_use: String,
    /// "in 23 h", or "once it has been quiet for 24 h".
    pub ends: String,
    /// The old secret was used within the last day.
    pub old_is_used: bool,
    /// The new one was.
    pub new_is_used: bool,
}

impl RotationState {
    /// The running rotations of some of the tenant's keys, by key.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn load_all(
        conn: &mut Conn,
        tenant: TenantId,
        keys: &[Key],
        now: Timestamp,
    ) -> Result<BTreeMap<KeyId, Self>> {
        let rotated = keys.iter().filter(|key| key.rotated_at.is_some());
        let ids: Vec<KeyId> = rotated.map(|key| key.id).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let running = list_running(conn, tenant, &ids, now)?;
        let with_key = running.into_iter().filter_map(|rotation| {
            let key = keys.iter().find(|key| key.id == rotation.key_id)?;
            Some((key.id, Self::new(&rotation, key, now)))
        });
        Ok(with_key.collect())
    }

    /// The running rotation of one key.
    ///
    /// # Errors
    /// As [`RotationState::load_all`].
    pub fn load(
        conn: &mut Conn,
        tenant: TenantId,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        let mut all = Self::load_all(conn, tenant, std::slice::from_ref(key), now)?;
        Ok(all.remove(&key.id))
    }

    fn new(rotation: &Rotation, key: &Key, now: Timestamp) -> Self {
        let lately = |last: &LastUse| {
            let hours = last.at.map(|at| (now - at).num_hours());
            hours.is_some_and(|hours| hours < 24)
        };
        Self {
            old: rotation.last4.clone(),
            old_use: words(&rotation.old, now),
            new: key.last4.clone(),
            new_use: words(&rotation.new, now),
            ends: rotation.ends_at.map_or_else(
                || "once nobody has used it for 24 h".into(),
                |at| time::relative(at, now),
            ),
            old_is_used: lately(&rotation.old),
            new_is_used: lately(&rotation.new),
        }
    }
}

/// "last used 3 min ago from 203.0.113.7, curl/8".
pub fn words(last: &LastUse, now: Timestamp) -> String {
    let Some(at) = last.at else {
        return "not used since the rotation".into();
    };
    let mut text = format!("last used {}", time::relative(at, now));
    if !last.address.is_empty() {
        text.push_str(" from ");
        text.push_str(&last.address);
    }
    if !last.program.is_empty() {
        text.push_str(", ");
        text.push_str(&last.program);
    }
    text
}
