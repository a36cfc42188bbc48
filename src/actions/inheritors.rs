//! Which projects get the organisation's credential, so that a change of it is not made blindly.

use std::collections::{HashMap, HashSet};

use crate::db::integrations::Integration;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::domain::id::{IntegrationId, ProjectId, TenantId};
use crate::domain::integration::Level;
use crate::domain::time::Timestamp;

/// A project that gets the organisation's credential, or would, were there one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inheritor {
    /// Its name.
    pub name: String,
    /// How often it got one of the organisation's credentials in the last 24 hours.
    pub reads: i64,
}

/// The projects that inherit an integration in one environment, those that use it most first. Archived ones, ones with a
/// credential of their own, and those that block it are left out.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    slug: &str,
    environment: Environment,
    now: Timestamp,
) -> Result<Vec<Inheritor>> {
    let of_projects = db::integrations::list_of_projects(conn, tenant, slug)?;
    let ids: Vec<IntegrationId> = of_projects.iter().map(|own| own.id).collect();
    let current = db::credentials::list_for_index(conn, &ids)?;
    let has_own = |own: &Integration| {
        current
            .iter()
            .any(|(one, _)| one.integration_id == own.id && one.environment == environment)
    };
    let apart: HashSet<ProjectId> = of_projects
        .iter()
        .filter(|own| own.blocked_at.is_some() || has_own(own))
        .filter_map(|own| own.project_id)
        .collect();
    let shared = db::integrations::find(conn, tenant, Level::Organization, slug)?;
    let reads = match shared {
        Some(shared) => db::integration_reads::lately(conn, tenant, shared.id, now)?,
        None => HashMap::default(),
    };
    let projects = db::projects::list(conn, tenant)?.into_iter();
    let mut inheritors: Vec<Inheritor> = projects
        .filter(|project| project.archived_at.is_none() && !apart.contains(&project.id))
        .map(|project| Inheritor {
            reads: reads.get(&project.id).copied().unwrap_or_default(),
            name: project.name,
        })
        .collect();
    inheritors.sort_by_key(|one| std::cmp::Reverse(one.reads));
    Ok(inheritors)
}
