//! What the organisation and a project have of each integration, and which credential applies there.

use std::collections::HashMap;

use super::rollouts;
use crate::db::credentials::Credential;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::domain::id::{IntegrationId, ProjectId, TenantId};
use crate::domain::integration::{Effective, Level, Standing};
use crate::domain::rollout::Feature;

/// What a level has of an integration.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The organisation's: projects get it.
    pub enabled: bool,
    /// A project's: it does not take the organisation's.
    pub blocked: bool,
    /// Its credentials, oldest first.
    pub credentials: Vec<Credential>,
}

impl Kept {
    /// The credential of an environment that applies, if there is one.
    pub fn current(&self, environment: Environment) -> Option<&Credential> {
        let mut all = self.credentials.iter();
        all.find(|one| one.environment == environment && one.standing() == Standing::Current)
    }
}

/// What a project gets of an integration.
#[derive(Debug, Clone, Default)]
pub struct OfProject {
    /// Its own.
    pub own: Kept,
    /// The organisation's.
    pub shared: Kept,
}

impl OfProject {
    /// Which credential applies, and why.
    pub fn effective(&self, environment: Environment) -> Effective<&Credential> {
        self.with(self.own.current(environment), environment)
    }

    /// Which credential would apply without the project's own.
    pub fn without_own(&self, environment: Environment) -> Effective<&Credential> {
        self.with(None, environment)
    }

    fn with<'a>(
        &'a self,
        own: Option<&'a Credential>,
        environment: Environment,
    ) -> Effective<&'a Credential> {
        let shared = self.shared.current(environment);
        let shared = shared.filter(|_| self.shared.enabled);
        Effective::of(own, self.own.blocked, shared)
    }
}

/// What a level has of each integration, by the catalogue's word for it.
///
/// # Errors
/// `Forbidden` for a tenant without the feature.
pub fn of_level(conn: &mut Conn, tenant: TenantId, level: Level) -> Result<HashMap<String, Kept>> {
    rollouts::must_have(conn, tenant, Feature::Integrations)?;
    read(conn, tenant, level)
}

fn read(conn: &mut Conn, tenant: TenantId, level: Level) -> Result<HashMap<String, Kept>> {
    let mut credentials: HashMap<IntegrationId, Vec<Credential>> = HashMap::new();
    for credential in db::credentials::list_of_level(conn, tenant, level)? {
        let of = credentials.entry(credential.integration_id).or_default();
        of.push(credential);
    }
    let rows = db::integrations::list(conn, tenant, level)?.into_iter();
    Ok(rows
        .map(|row| {
            let kept = Kept {
                enabled: row.enabled_at.is_some(),
                blocked: row.blocked_at.is_some(),
                credentials: credentials.remove(&row.id).unwrap_or_default(),
            };
            (row.slug, kept)
        })
        .collect())
}

/// What a project gets of each integration of which it or the organisation has anything.
///
/// # Errors
/// As [`of_level`]; `NotFound`, also for another tenant's project.
pub fn of_project(
    conn: &mut Conn,
    tenant: TenantId,
    project: ProjectId,
) -> Result<HashMap<String, OfProject>> {
    rollouts::must_have(conn, tenant, Feature::Integrations)?;
    db::projects::find(conn, tenant, project)?;
    let mut all: HashMap<String, OfProject> = HashMap::new();
    for (slug, own) in read(conn, tenant, Level::Project(project))? {
        all.entry(slug).or_default().own = own;
    }
    for (slug, shared) in read(conn, tenant, Level::Organization)? {
        all.entry(slug).or_default().shared = shared;
    }
    Ok(all)
}
