//! What the API sends and takes. Never the database's rows themselves: a new column can't leak by accident.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::db;
use crate::domain::key_text::KeySecret;
use crate::domain::rate_limit;
use crate::domain::time::{Timestamp, rfc3339};

/// An API key.
#[derive(Serialize, ToSchema)]
#[schema(title = "Key")]
pub struct Key {
    /// Identifier (UUID).
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub id: String,
    /// Name of the system that holds it.
    #[schema(example = "ERP integration")]
    pub name: String,
    /// What it is for; may be empty.
    #[schema(example = "Nightly work-order sync")]
    pub description: String,
    /// `active`, `disabled`, `expired` or `revoked`.
    #[schema(example = "active")]
    pub status: &'static str,
    /// `live` or `test`.
    #[schema(example = "live")]
    pub environment: &'static str,
    /// What the key's text starts with, such as `ks_live_`.
    #[schema(example = "ks_live_")]
    pub key_prefix: String,
    /// Last four characters of the key's text.
    #[schema(example = "9fQ2")]
    pub last4: String,
    /// Name of its authorization group.
    #[schema(example = "Read only")]
    pub authorization_group: String,
    /// Identifier of the project that it belongs to, or null: it is the whole tenant's.
    #[schema(format = "uuid")]
    pub project: Option<String>,
    /// Who looks after it: a person's e-mail address or a line of text, or null: nobody.
    #[schema(example = "Plant IT, extension 12")]
    pub owner: Option<String>,
    /// What it may do, as `resource:action`.
    #[schema(example = json!(["*:read"]))]
    pub scopes: Vec<String>,
    /// Addresses and ranges from which it works; empty: from anywhere.
    #[schema(example = json!(["203.0.113.0/24"]))]
    pub ip_allowlist: Vec<String>,
    /// `enforce`: others are refused; `observe`: they are let through and noted; `off`: there is no list.
    #[schema(example = "enforce")]
    pub ip_allowlist_mode: &'static str,
    /// How often it may be used, or null: as often as its holder likes.
    pub rate_limit: Option<RateLimit>,
    /// When it was created (RFC 3339, UTC).
    #[schema(example = "2026-11-20T16:15:51.665242Z", format = "date-time")]
    pub created_at: String,
    /// From when on it no longer works, or null.
    #[schema(example = "2027-02-18T00:00:00Z", format = "date-time")]
    pub expires_at: Option<String>,
    /// When it was last accepted, or null; accurate to about two seconds.
    #[schema(example = "2026-11-20T16:20:03Z", format = "date-time")]
    pub last_used_at: Option<String>,
    /// A sentence for the key's holder from 14 days before it expires. Only in the answer to the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "This key expires on 17 Feb 2027 (in 6 days).")]
    pub warning: Option<String>,
    /// The key's text. Only in the answer that creates or rotates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Key {
    /// The view of a stored key, with its secret in the one answer that may show it.
    pub fn new(key: db::keys::Key, secret: Option<&KeySecret>, now: Timestamp) -> Self {
        Self {
            status: key.state(now).as_str(),
            scopes: key.scopes.list().to_vec(),
            ip_allowlist: key.ip_allowlist.entries(),
            created_at: rfc3339(key.created_at),
            expires_at: key.expires_at.map(rfc3339),
            last_used_at: key.last_used_at().map(rfc3339),
            rate_limit: key.rate_limit.0.map(RateLimit::from),
            warning: None,
            key: secret.map(|secret| secret.expose().to_owned()),
            ip_allowlist_mode: key.ip_allowlist_mode.as_str(),
            id: key.id.to_string(),
            name: key.name,
            description: key.description,
            environment: key.environment.as_str(),
            key_prefix: key.key_prefix,
            last4: key.last4,
            authorization_group: key.group_name,
            project: key.project_id.map(|id| id.to_string()),
            owner: Some(key.owner.get().typed().to_owned()).filter(|typed| !typed.is_empty()),
        }
    }
}

/// How often a key may be used, on each node of Keystead.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests a period, 1 to 1,000,000.
    #[schema(example = 100, minimum = 1, maximum = 1_000_000)]
    pub requests: i64,
    /// The period: `second` or `minute`.
    #[schema(example = "second")]
    pub per: String,
    /// Requests at once after a pause, 1 to 1,000,000; default: as many as a period.
    #[schema(example = 200, minimum = 1, maximum = 1_000_000)]
    pub burst: Option<i64>,
}

impl From<rate_limit::RateLimit> for RateLimit {
    fn from(limit: rate_limit::RateLimit) -> Self {
        Self {
            requests: limit.requests().into(),
            per: limit.per().as_str().into(),
            burst: Some(limit.burst().into()),
        }
    }
}

impl RateLimit {
    /// The limit as asked for, to be checked.
    pub fn input(&self) -> rate_limit::Input {
        rate_limit::Input {
            requests: self.requests.to_string(),
            per: self.per.clone(),
            burst: self
                .burst
                .map(|burst| burst.to_string())
                .unwrap_or_default(),
        }
    }
}

/// A key to be created.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewKey {
    /// Name of the system that will hold it, 2 to 200 characters.
    #[schema(
        example = "ERP integration",
        min_length = 2,
        max_length = 200,
        required = true
    )]
    pub name: String,
    /// What it is for, at most 1,000 characters.
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// `live` (default) or `test`.
    #[schema(example = "live")]
    pub environment: Option<String>,
    /// Name or id of an authorization group; default: Full access.
    #[schema(example = "Read only")]
    pub authorization_group: Option<String>,
    /// Identifier of the project that it shall belong to; default: that of the key that asks, or the whole tenant.
    #[schema(format = "uuid")]
    pub project: Option<String>,
    /// Who shall look after it: a member's e-mail address, or a line of text; default: who looks after the key that asks.
    #[schema(example = "Plant IT, extension 12", max_length = 100)]
    pub owner: Option<String>,
    /// From when on it shall no longer work (RFC 3339, at most 10 years away).
    #[schema(example = "2027-02-18T00:00:00Z", format = "date-time")]
    pub expires_at: Option<String>,
    /// Addresses or CIDR ranges from which it shall work, at most 1,000.
    #[schema(example = json!(["203.0.113.0/24"]), max_items = 1000)]
    pub ip_allowlist: Option<Vec<String>>,
    /// `enforce` (default for a list) or `observe`, which lets everybody through and notes who calls.
    #[schema(example = "enforce")]
    pub ip_allowlist_mode: Option<String>,
    /// How often it may be used; default: as often as its holder likes.
    pub rate_limit: Option<RateLimit>,
    /// Nothing, or an empty list: a key has the scopes of its group.
    #[schema(max_items = 0)]
    pub scopes: Option<Vec<String>>,
}

/// Changes of a key; members that are left out stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeyUpdate {
    /// Name of the system that holds it, 2 to 200 characters.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "ERP integration", min_length = 2, max_length = 200)]
    pub name: Option<Option<String>>,
    /// What it is for, at most 1,000 characters.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Nightly work-order sync", max_length = 1000)]
    pub description: Option<Option<String>>,
    /// From when on it shall no longer work (RFC 3339, at most 10 years away), or null: never.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "2027-02-18T00:00:00Z", format = "date-time")]
    pub expires_at: Option<Option<String>>,
    /// Addresses or CIDR ranges from which it shall work, at most 1,000; an empty list: from anywhere.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["203.0.113.0/24"]), max_items = 1000)]
    pub ip_allowlist: Option<Option<Vec<String>>>,
    /// `enforce`, `observe`, or `off` together with an empty list.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "observe")]
    pub ip_allowlist_mode: Option<Option<String>>,
    /// Name or id of an authorization group.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Read only")]
    pub authorization_group: Option<Option<String>>,
    /// Identifier of the project that it shall belong to, or null: the whole tenant.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub project: Option<Option<String>>,
    /// Who shall look after it: a member's e-mail address, or a line of text; null: nobody.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Plant IT, extension 12", max_length = 100)]
    pub owner: Option<Option<String>>,
    /// How often it may be used, or null: as often as its holder likes.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<RateLimit>)]
    pub rate_limit: Option<Option<RateLimit>>,
}

/// Tells a member that is null from one that is left out.
#[allow(
    clippy::option_option,
    reason = "left out, null and a value are three things"
)]
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    member: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(member).map(Some)
}
