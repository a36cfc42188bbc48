//! Credentials that somebody has to see to, of a whole tenant.

use std::collections::HashMap;

use super::rollouts;
use crate::db::projects::Project;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::{ProjectId, TenantId};
use crate::domain::integration::Warning;
use crate::domain::rollout::{Access, Feature};
use crate::domain::time::Timestamp;

/// A credential that somebody has to see to.
#[derive(Debug, Clone)]
pub struct Warned {
    /// The integration that it is for.
    pub slug: String,
    /// The project, unless it is the organisation's.
    pub project: Option<Project>,
    /// Why.
    pub warning: Warning,
}

/// The credentials of a tenant that somebody has to see to, the worst first. What an archived project has is left out,
/// since nothing gets it; so is everything of a tenant without the feature.
pub fn list(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<Warned>> {
    let mut found = db::credentials::list_remarkable(conn, tenant)?;
    found.retain(|(credential, _)| credential.warning(now).is_some());
    if found.is_empty() || !has_feature(conn, tenant)? {
        return Ok(Vec::new());
    }
    let projects: HashMap<ProjectId, Project> = db::projects::list(conn, tenant)?
        .into_iter()
        .map(|project| (project.id, project))
        .collect();
    let warned = found.into_iter().filter_map(|(credential, integration)| {
        let of = integration.project_id.map(|id| projects.get(&id));
        let is_used = of.is_none_or(|project| project.is_some_and(|one| one.archived_at.is_none()));
        Some(Warned {
            slug: integration.slug,
            project: of.flatten().cloned(),
            warning: credential.warning(now).filter(|_| is_used)?,
        })
    });
    let mut warned: Vec<Warned> = warned.collect();
    warned.sort_by(|a, b| (&a.warning, &a.slug).cmp(&(&b.warning, &b.slug)));
    Ok(warned)
}

fn has_feature(conn: &mut Conn, tenant: TenantId) -> Result<bool> {
    let access = rollouts::access(conn, tenant, Feature::Integrations)?;
    Ok(access == Access::Available)
}
