//! What a key was used for lately, and whether somebody still tries it after its revocation.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::rotation_state::RotationState;
use crate::db::keys::Key;
use crate::db::usage::DAY;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::State;
use crate::domain::time::{self, Timestamp};
use crate::domain::verdict::Code;
use crate::web::numbers::counted;
use crate::web::sparkline::Sparkline;

/// Days of the sparkline, today included.
const DAYS: i64 = 7;

/// The use of a key, as its row and its page show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Requests of the last days.
    pub spark: Sparkline,
    /// Tries since its revocation.
    pub tried: Option<Tries>,
    /// Its two secrets, while a rotation runs.
    pub rotation: Option<RotationState>,
}

/// Tries with a revoked key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tries {
    /// "12 refused requests since revocation, last from 203.0.113.7, 2 min ago".
    pub told: String,
    /// The last one is a few days ago at most.
    pub go_on: bool,
}

impl KeyUse {
    /// The use of some keys of the tenant, in their order.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn load_all(
        conn: &mut Conn,
        tenant: TenantId,
        keys: &[Key],
        now: Timestamp,
    ) -> Result<Vec<Self>> {
        let ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
        let first = now.timestamp().div_euclid(DAY) * DAY - (DAYS - 1) * DAY;
        let mut days: BTreeMap<KeyId, [i64; 7]> = BTreeMap::new();
        for part in db::usage_series::days_of(conn, &ids, first)? {
            let place = usize::try_from((part.day - first) / DAY).unwrap_or(usize::MAX);
            if let Some(day) = days.entry(part.key_id).or_default().get_mut(place) {
                *day += part.answers;
            }
        }
        let revoked: BTreeMap<KeyId, &Key> = keys
            .iter()
            .filter(|key| key.revoked_at.is_some())
            .map(|key| (key.id, key))
            .collect();
        let ids_of_revoked: Vec<KeyId> = revoked.keys().copied().collect();
        let refused = db::usage_series::refused_as_revoked(conn, &ids_of_revoked)?;
        let mut tried = BTreeMap::new();
        for (id, key) in revoked {
            let Some(&count) = refused.get(&id) else {
                continue;
            };
            let (last, told) = tries(conn, tenant, key, count, now)?;
            // Without single requests the days tell: all of these came after the revocation.
            let week = now - TimeDelta::days(DAYS);
            let go_on = last.map_or_else(
                || days.contains_key(&id) || key.revoked_at >= Some(week),
                |last| last >= week,
            );
            tried.insert(id, Tries { told, go_on });
        }
        let mut rotations = RotationState::load_all(conn, tenant, keys, now)?;
        let mut of = |key: &Key| Self {
            spark: spark(key, &days.get(&key.id).copied().unwrap_or_default(), now),
            tried: tried.get(&key.id).cloned(),
            rotation: rotations.remove(&key.id),
        };
        Ok(keys.iter().map(&mut of).collect())
    }

    /// For an answer that must not wait for usage, or fail with it.
    pub fn unknown() -> Self {
        let mut spark = Sparkline::new(&[]);
        spark.label = "The requests can't be shown now".into();
        Self {
            spark,
            tried: None,
            rotation: None,
        }
    }

    /// The use of one key.
    ///
    /// # Errors
    /// As [`KeyUse::load_all`].
    pub fn load(conn: &mut Conn, tenant: TenantId, key: &Key, now: Timestamp) -> Result<Self> {
        let mut all = Self::load_all(conn, tenant, std::slice::from_ref(key), now)?;
        all.pop().ok_or(crate::domain::Error::NotFound)
    }
}

/// The line of a key; of one that is refused now it says so, since the line itself is only grey.
fn spark(key: &Key, days: &[i64], now: Timestamp) -> Sparkline {
    let mut spark = Sparkline::new(days);
    let why = match key.state(now) {
        State::Active => return spark,
        State::Disabled => "is disabled",
        State::Expired => "has expired",
        State::Revoked => "was revoked",
    };
    spark.label.push_str(". Refused now: the key ");
    spark.label.push_str(why);
    spark
}

/// The last try of a revoked key that is on record, and the sentence about all of them. Single requests are kept for a
/// shorter time than counts.
fn tries(
    conn: &mut Conn,
    tenant: TenantId,
    key: &Key,
    count: i64,
    now: Timestamp,
) -> Result<(Option<Timestamp>, String)> {
    let code = Code::Revoked.as_str();
    let newest = db::request_records::newest(conn, tenant, key.id, code)?;
    let mut text = counted(count, "refused request", "refused requests");
    // A former secret is refused with the same word, also while the key itself was accepted.
    text.push_str(if key.rotated_at.is_some() {
        " since rotation or revocation"
    } else {
        " since revocation"
    });
    let at = newest.as_ref().map(|last| last.at);
    if let Some(last) = newest {
        if !last.address.is_empty() {
            text.push_str(", last from ");
            text.push_str(&last.address);
        }
        text.push_str(", ");
        text.push_str(&time::relative(last.at, now));
    }
    Ok((at, text))
}
