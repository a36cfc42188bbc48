//! A key in the list.

use super::expiry::{Expiry, expiry};
use super::recent_use::KeyUse;
use crate::db::keys::Key;
use crate::domain::environment::Environment;
use crate::domain::key::State as KeyState;
use crate::domain::key_text;
use crate::domain::time::Timestamp;
use crate::web::shell::Moment;

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct KeyRow {
    pub id: String,
    pub name: String,
    pub description: String,
    pub status: &'static str,
    pub status_label: &'static str,
    pub hint: String,
    pub is_test: bool,
    pub group: String,
    pub owner: Option<String>,
    pub created: Moment,
    pub expires: Option<Expiry>,
    pub last_used: Option<Moment>,
    pub used: KeyUse,
    pub can_revoke: bool,
    pub can_delete: bool,
    pub can_copy: bool,
    pub highlight: bool,
    /// Switched off for now, whatever else it is.
    pub off: bool,
    /// Token of the forms in the row; without it there are none.
    pub csrf: String,
    /// Behind the address of each action: the list to come back to.
    pub back: String,
}

impl KeyRow {
    /// With the forms that change the key at once; `back` is of [`KeyQuery::as_back`](super::query::KeyQuery::as_back).
    pub fn in_list(mut self, csrf: &str, back: &str) -> Self {
        csrf.clone_into(&mut self.csrf);
        back.clone_into(&mut self.back);
        self
    }

    /// What the menu of the list offers for this row.
    pub(super) fn states(&self) -> String {
        let is_expired = self.status == KeyState::Expired.as_str();
        let words = [
            ("live", self.can_revoke),
            ("on", self.can_revoke && !is_expired && !self.off),
            ("off", self.can_revoke && !is_expired && self.off),
            ("expired", self.can_revoke && is_expired),
            ("kept", self.can_copy),
            ("revoked", self.can_delete),
        ];
        let fitting = words.into_iter().filter(|(_, fits)| *fits);
        fitting.map(|(word, _)| word).collect::<Vec<_>>().join(" ")
    }

    /// The row of a key; `may_change` offers what changes it.
    pub fn new(key: Key, used: KeyUse, now: Timestamp, highlight: bool, may_change: bool) -> Self {
        let state = key.state(now);
        let revoked = state == KeyState::Revoked;
        let last_used = key.last_used_at().map(|at| Moment::past(at, now));
        Self {
            status: state.as_str(),
            status_label: state.label(),
            hint: key_text::hint(&key.key_prefix, &key.last4),
            is_test: key.environment == Environment::Test,
            owner: key.owner.get().shown(),
            group: key.group_name,
            created: Moment::day(key.created_at),
            expires: key
                .expires_at
                .filter(|_| !revoked)
                .map(|at| expiry(at, now)),
            last_used,
            used,
            can_revoke: may_change && !revoked,
            can_delete: may_change && revoked,
            can_copy: may_change && key.sealed.is_some(),
            highlight,
            off: key.disabled_at.is_some(),
            csrf: String::new(),
            back: String::new(),
            id: key.id.to_string(),
            name: key.name,
            description: key.description,
        }
    }
}
