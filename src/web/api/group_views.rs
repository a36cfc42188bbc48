//! What the API sends and takes about authorization groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db;
use crate::domain::time::rfc3339;

/// An authorization group: a named set of scopes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "AuthorizationGroup")]
pub struct AuthorizationGroup {
    /// Identifier (UUID).
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub id: String,
    /// Name, unique in the tenant.
    #[schema(example = "Order clerks")]
    pub name: String,
    /// What holds it: always `tenant_api_key`.
    #[schema(example = "tenant_api_key")]
    pub r#type: &'static str,
    /// What it is for; may be empty.
    #[schema(example = "For systems that enter orders")]
    pub summary: String,
    /// What it grants, as `resource:action`.
    #[schema(example = json!(["orders:read", "orders:write"]))]
    pub scopes: Vec<String>,
    /// True for the groups that every tenant has; they can't be changed.
    pub built_in: bool,
    /// Keys that use it: all but revoked ones.
    #[schema(example = 3)]
    pub keys: i64,
    /// When it was created (RFC 3339, UTC).
    #[schema(example = "2026-11-20T16:15:51.665242Z", format = "date-time")]
    pub created_at: String,
}

impl AuthorizationGroup {
    /// The view of a stored group that so many keys use.
    pub fn new(group: db::groups::Group, keys: i64) -> Self {
        Self {
            scopes: group.scopes.list().to_vec(),
            created_at: rfc3339(group.created_at),
            id: group.id.to_string(),
            name: group.name,
            r#type: "tenant_api_key",
            summary: group.summary,
            built_in: group.built_in,
            keys,
        }
    }
}

/// A group to be created.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewAuthorizationGroup {
    /// Name, unique in the tenant, 2 to 80 characters.
    #[schema(
        example = "Order clerks",
        min_length = 2,
        max_length = 80,
        required = true
    )]
    pub name: String,
    /// What it is for, at most 300 characters.
    #[schema(max_length = 300)]
    pub summary: Option<String>,
    /// What it grants, 1 to 100 scopes as `resource:action`; `*` stands for any on either side.
    #[schema(example = json!(["orders:read", "orders:write"]), min_items = 1, max_items = 100, required = true)]
    pub scopes: Vec<String>,
}

/// Changes of a group; members that are left out stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizationGroupUpdate {
    /// Name, unique in the tenant, 2 to 80 characters.
    #[schema(example = "Order clerks", min_length = 2, max_length = 80)]
    pub name: Option<String>,
    /// What it is for, at most 300 characters.
    #[schema(max_length = 300)]
    pub summary: Option<String>,
    /// What it grants, 1 to 100 scopes as `resource:action`.
    #[schema(example = json!(["orders:read"]), min_items = 1, max_items = 100)]
    pub scopes: Option<Vec<String>>,
}
