//! What the API sends and takes about projects.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db;
use crate::domain::time::rfc3339;

/// A project: a part of the tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Project")]
pub struct Project {
    /// Identifier (UUID).
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub id: String,
    /// Name, unique in the tenant.
    #[schema(example = "Web shop")]
    pub name: String,
    /// What it is; may be empty.
    #[schema(example = "The shop and its warehouse")]
    pub description: String,
    /// `active` or `archived`.
    #[schema(example = "active")]
    pub status: &'static str,
    /// When it was created (RFC 3339, UTC).
    #[schema(example = "2026-11-20T16:15:51.665242Z", format = "date-time")]
    pub created_at: String,
    /// When it was archived, unless it is active.
    #[schema(format = "date-time")]
    pub archived_at: Option<String>,
}

impl Project {
    /// The view of a stored project.
    pub fn new(project: db::projects::Project) -> Self {
        Self {
            id: project.id.to_string(),
            name: project.name,
            description: project.description,
            status: match project.archived_at {
                None => "active",
                Some(_) => "archived",
            },
            created_at: rfc3339(project.created_at),
            archived_at: project.archived_at.map(rfc3339),
        }
    }
}

/// A project to be created.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewProject {
    /// Name, unique in the tenant, 2 to 80 characters.
    #[schema(example = "Web shop", min_length = 2, max_length = 80, required = true)]
    pub name: String,
    /// What it is, at most 300 characters.
    #[schema(max_length = 300)]
    pub description: Option<String>,
}

/// Changes of a project; members that are left out stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectUpdate {
    /// Name, unique in the tenant, 2 to 80 characters.
    #[schema(example = "Web shop", min_length = 2, max_length = 80)]
    pub name: Option<String>,
    /// What it is, at most 300 characters.
    #[schema(max_length = 300)]
    pub description: Option<String>,
}
