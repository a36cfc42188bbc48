//! Which projects get the organisation's credential, so that a change of it is not made blindly.

use std::collections::{HashMap, HashSet};

use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::domain::id::{ProjectId, TenantId};
use crate::domain::integration::{Level, Standing};
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
    let mut apart = HashSet::<ProjectId>::new();
    for own in db::integrations::list_of_projects(conn, tenant, slug)? {
        let kept = db::credentials::list(conn, tenant, own.id)?;
        let has_own = kept
            .iter()
            .any(|one| one.environment == environment && one.standing() == Standing::Current);
        if own.blocked_at.is_some() || has_own {
            apart.extend(own.project_id);
        }
    }
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
