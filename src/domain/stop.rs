//! What a server keeps, beside the database, of each change that may have stopped something: enough to tell what a copy of
//! the database that is put in place brings back. Ids and words, no names, no addresses, no secrets.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::id::{GroupId, KeyId, TenantId, VerifierId};
use super::key_snapshot::KeySnapshot;
use super::random;
use super::time::Timestamp;

/// One such change; a line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Number of the change.
    pub rev: i64,
    /// Its entry id.
    pub entry: i64,
    /// Decisions about restored databases that there were by then.
    pub epoch: i64,
    /// When it was; when the server learned of it, where nothing else tells.
    pub at: Timestamp,
    /// What it left.
    #[serde(flatten)]
    pub thing: Thing,
}

/// What changed, and what it was from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Thing {
    /// A key.
    Key {
        /// Which.
        id: KeyId,
        /// Whether it was good for anything.
        state: KeyState,
        /// A word for what it could do; nothing where that is not known.
        powers: String,
    },
    /// An authorization group.
    Group {
        /// Which.
        id: GroupId,
        /// What it granted, separated by spaces.
        scopes: String,
    },
    /// A tenant.
    Tenant {
        /// Which.
        id: TenantId,
        /// Whether its keys were accepted.
        state: TenantState,
    },
    /// A verifier.
    Verifier {
        /// Which.
        id: VerifierId,
        /// It could ask nothing any more.
        revoked: bool,
        /// A word for the token that it had.
        token: String,
    },
    /// Anything else, of which no more is kept.
    Other {
        /// Its kind.
        what: String,
        /// Which.
        id: String,
    },
    /// Nothing: up to here the server knows every change.
    Head,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Revoked for good.
    Revoked,
    /// Switched off.
    Disabled,
    /// Neither.
    Live,
}

/// What became of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// Its keys were accepted.
    Active,
    /// None of its keys was.
    Suspended,
    /// It was deleted, or that had begun.
    Gone,
}

impl Stop {
    /// Its line, with the end of the line.
    pub fn line(&self) -> String {
        // Nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// The change of a line; `None` when it is none, such as half of one, or one that a later Keystead wrote.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// What tells its thing from any other.
    pub fn key(&self) -> (&str, String) {
        match &self.thing {
            Thing::Key { id, .. } => ("key", id.to_string()),
            Thing::Group { id, .. } => ("group", id.to_string()),
            Thing::Tenant { id, .. } => ("tenant", id.to_string()),
            Thing::Verifier { id, .. } => ("verifier", id.to_string()),
            Thing::Other { what, id } => (what, id.clone()),
            Thing::Head => ("head", String::new()),
        }
    }
}

/// The last of each thing, in their order.
pub fn last_of_each(stops: Vec<Stop>) -> Vec<Stop> {
    let mut last: HashMap<(String, String), usize> = HashMap::new();
    for (place, stop) in stops.iter().enumerate() {
        let (kind, id) = stop.key();
        last.insert((kind.to_owned(), id), place);
    }
    let mut kept: Vec<usize> = last.into_values().collect();
    kept.sort_unstable();
    let mut kept = kept.into_iter().peekable();
    let of_each = stops.into_iter().enumerate();
    of_each
        .filter(|(place, _)| kept.next_if_eq(place).is_some())
        .map(|(_, stop)| stop)
        .collect()
}

/// A word for what a key can do: it changes when one of its secrets does, its group, its project, or what bounds it. Neither
/// what it is called is in it, nor what its group grants, nor whether it is switched off.
pub fn powers(key: &KeySnapshot) -> String {
    let parts = (
        (&key.hint, &key.former_secrets),
        (&key.authorization_group_id, &key.project),
        (
            &key.ip_allowlist,
            key.ip_allowlist_since,
            key.ip_allowlist_observed,
        ),
        (key.expires_at, &key.rate_limit),
    );
    // Nothing in it can fail to be written.
    word(&serde_json::to_string(&parts).unwrap_or_default())
}

/// A word for this text, from which nobody reads it.
pub fn word(text: &str) -> String {
    random::hex(&Sha256::digest(text))
}

/// How much of what was stopped works again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that were revoked, disabled or changed.
    pub keys: usize,
    /// Groups that granted less.
    pub groups: usize,
    /// Tenants that were suspended or deleted.
    pub tenants: usize,
    /// Verifiers that were revoked.
    pub verifiers: usize,
}

impl Counts {
    /// True when nothing does.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = [
            (self.keys, "key"),
            (self.groups, "authorization group"),
            (self.tenants, "tenant"),
            (self.verifiers, "verifier"),
        ];
        let some = all.iter().filter(|(count, _)| *count > 0);
        let some: Vec<String> = some
            .map(|(count, noun)| format!("{count} {noun}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        f.write_str(&some.join(", "))
    }
}
