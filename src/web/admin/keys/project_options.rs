//! The choice of a project, in the forms that ask for one.

use crate::db::projects::Project;
use crate::domain::id::ProjectId;

/// A project to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectOption {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// It is the chosen one.
    pub selected: bool,
}

impl ProjectOption {
    /// The projects that can be chosen, by name: those in use, and the one that the key belongs to already. `chosen` is
    /// an id, or empty.
    pub fn list(projects: Vec<Project>, chosen: &str, of_key: Option<ProjectId>) -> Vec<Self> {
        projects
            .into_iter()
            .filter(|project| project.archived_at.is_none() || Some(project.id) == of_key)
            .map(|project| Self {
                selected: project.id.text().as_str() == chosen,
                id: project.id.to_string(),
                name: match project.archived_at {
                    None => project.name,
                    Some(_) => format!("{} (archived)", project.name),
                },
            })
            .collect()
    }
}
