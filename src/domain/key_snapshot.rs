//! What a key was like at a revision, as the change log keeps it: to explain a refusal long after the key changed.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What a group was like at a revision: it counts for every key that was in it then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSnapshot {
    /// Name of the group.
    pub name: String,
    /// What it grants, separated by spaces.
    pub scopes: String,
}

/// What a tenant was like at a revision: it counts for all of its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSnapshot {
    /// Since when it was suspended, if it was.
    pub suspended_at: Option<Timestamp>,
}

/// Everything about a key that a decision looks at, and its names for people. No digest, no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySnapshot {
    /// Name of the key.
    pub name: String,
    /// `ks_live_…9fQ2`.
    pub hint: String,
    /// Id of its authorization group; older snapshots have none, and their groups never changed.
    #[serde(default)]
    pub authorization_group_id: Option<String>,
    /// Name of its authorization group.
    pub authorization_group: String,
    /// What the group grants, separated by spaces.
    pub scopes: String,
    /// What the project was called that it belonged to; older snapshots don't tell.
    #[serde(default)]
    pub project: Option<String>,
    /// Allowed addresses; empty: any, unless they are kept elsewhere.
    pub ip_allowlist: Vec<String>,
    /// The revision of the change that made the list, when it is a long one and kept beside the change log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_allowlist_since: Option<i64>,
    /// True when others were only noted, not refused.
    #[serde(default)]
    pub ip_allowlist_observed: bool,
    /// End of its life.
    pub expires_at: Option<Timestamp>,
    /// Its rate limit in words, if it has one.
    #[serde(default)]
    pub rate_limit: Option<String>,
    /// Secrets that it had before, newest first, at most the last few.
    #[serde(default)]
    pub former_secrets: Vec<FormerSecret>,
    /// When it was switched off, if it was.
    pub disabled_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When its tenant was suspended, if it was.
    pub tenant_suspended_at: Option<Timestamp>,
}

/// A secret that a key had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerSecret {
    /// Its last four characters.
    pub last4: String,
    /// The first instant at which it is refused; `None`: until it falls quiet.
    pub ends_at: Option<Timestamp>,
}

impl KeySnapshot {
    /// The former secret with these last four characters, unless the key's own ends so too.
    pub fn former_secret(&self, last4: &str) -> Option<&FormerSecret> {
        if self.hint.ends_with(last4) {
            return None;
        }
        self.former_secrets.iter().find(|one| one.last4 == last4)
    }
}
