//! The credentials that apply, of all tenants and their projects.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::damage::Damage;
use super::reads::Reads;
use crate::domain::envelope::{Envelope, Place};
use crate::domain::environment::Environment;
use crate::domain::id::{CredentialId, IntegrationId, ProjectId, TenantId};
use crate::domain::integration::{Effective, Level};
use crate::domain::rollout::Access;
use crate::domain::time::Timestamp;

/// A credential that applies.
#[derive(Debug)]
pub struct Current {
    /// Identifier.
    pub id: CredentialId,
    /// Where it is kept.
    pub level: Level,
    /// What it works with.
    pub environment: Environment,
    /// Its number among all of its integration and level.
    pub version: i64,
    /// When it ends at the provider's, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Its secret.
    pub envelope: Envelope,
}

impl Current {
    /// What is authenticated with its secret.
    pub fn place<'a>(&self, tenant: TenantId, slug: &'a str) -> Place<'a> {
        Place {
            tenant,
            project: self.level.project(),
            integration: slug,
            environment: self.environment,
            credential: self.id,
        }
    }
}

/// What a level has of an integration.
#[derive(Debug, Default)]
pub struct Slots {
    /// The organisation's: projects get it.
    pub enabled: bool,
    /// A project's: it does not take the organisation's.
    pub blocked: bool,
    /// What applies for real data.
    pub live: Option<Arc<Current>>,
    /// What applies for tests.
    pub test: Option<Arc<Current>>,
}

impl Slots {
    /// Takes a credential up in its environment.
    pub fn put(&mut self, current: Current) {
        match current.environment {
            Environment::Live => self.live = Some(Arc::new(current)),
            Environment::Test => self.test = Some(Arc::new(current)),
        }
    }

    fn of(&self, environment: Environment) -> Option<Arc<Current>> {
        match environment {
            Environment::Live => self.live.clone(),
            Environment::Test => self.test.clone(),
        }
    }
}

/// A project, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Project {
    /// Its tenant.
    pub tenant: TenantId,
    /// It is put away.
    pub archived: bool,
}

/// Integrations of a tenant's level, by the catalogue's word for them.
type Integrations = HashMap<Box<str>, Slots>;

#[derive(Debug, Default)]
struct Held {
    levels: HashMap<(TenantId, Level), Integrations>,
    /// Where each integration is, for those that are dropped.
    places: HashMap<IntegrationId, (TenantId, Level, Box<str>)>,
    projects: HashMap<ProjectId, Project>,
    /// Whether tenants have credentials at all; those that are missing are on a plan without.
    access: HashMap<TenantId, Access>,
    /// Tenants that want each read on record.
    audited: HashSet<TenantId>,
}

/// Every credential that applies.
#[derive(Debug, Default)]
pub struct Credentials {
    held: RwLock<Held>,
    reads: Reads,
    damage: Damage,
}

impl Credentials {
    /// Puts an integration in place as it is now.
    pub fn put(
        &self,
        id: IntegrationId,
        (tenant, level): (TenantId, Level),
        slug: &str,
        slots: Slots,
    ) {
        let mut held = self.write();
        let integrations = held.levels.entry((tenant, level)).or_default();
        integrations.insert(slug.into(), slots);
        held.places.insert(id, (tenant, level, slug.into()));
    }

    /// Puts a project in place as it is now.
    pub fn put_project(&self, id: ProjectId, project: Project) {
        self.write().projects.insert(id, project);
    }

    /// Forgets everything but these.
    pub fn keep_only(&self, integrations: &HashSet<IntegrationId>, projects: &HashSet<ProjectId>) {
        let mut held = self.write();
        held.projects.retain(|id, _| projects.contains(id));
        let (kept, gone): (HashMap<_, _>, HashMap<_, _>) = std::mem::take(&mut held.places)
            .into_iter()
            .partition(|(id, _)| integrations.contains(id));
        held.places = kept;
        for (tenant, level, slug) in gone.into_values() {
            if let Some(integrations) = held.levels.get_mut(&(tenant, level)) {
                integrations.remove(&slug);
            }
        }
    }

    /// Forgets what a tenant has.
    pub fn forget_tenant(&self, tenant: TenantId) {
        let mut held = self.write();
        held.projects.retain(|_, project| project.tenant != tenant);
        held.levels.retain(|(of, _), _| *of != tenant);
        held.places.retain(|_, (of, ..)| *of != tenant);
    }

    /// Puts in place which tenants have credentials at all, for those whose plan includes them, and which of them want
    /// each read on record.
    pub fn put_access(&self, access: HashMap<TenantId, Access>, audited: HashSet<TenantId>) {
        let mut held = self.write();
        held.access = access;
        held.audited = audited;
    }

    /// Whether a tenant wants each read on record.
    pub fn audits_reads(&self, tenant: TenantId) -> bool {
        self.read().audited.contains(&tenant)
    }

    /// Whether a tenant has credentials at all, and why not.
    pub fn access(&self, tenant: TenantId) -> Access {
        let known = self.read().access.get(&tenant).copied();
        known.unwrap_or(Access::NotOnPlan)
    }

    /// The project, if the tenant has it.
    pub fn project(&self, tenant: TenantId, id: ProjectId) -> Option<Project> {
        let known = self.read().projects.get(&id).copied();
        known.filter(|project| project.tenant == tenant)
    }

    /// Which credential a project of the tenant gets, and why.
    pub fn effective(
        &self,
        tenant: TenantId,
        project: ProjectId,
        slug: &str,
        environment: Environment,
    ) -> Effective<Arc<Current>> {
        let held = self.read();
        let slots = |level| {
            let integrations = held.levels.get(&(tenant, level));
            integrations.and_then(|integrations| integrations.get(slug))
        };
        let own = slots(Level::Project(project));
        let shared = slots(Level::Organization).filter(|shared| shared.enabled);
        Effective::of(
            own.and_then(|own| own.of(environment)),
            own.is_some_and(|own| own.blocked),
            shared.and_then(|shared| shared.of(environment)),
        )
    }

    /// How often projects were given a credential.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Which credentials can't be opened.
    pub fn damage(&self) -> &Damage {
        &self.damage
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}
