//! Integrations and projects on their way into the memory of credentials.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Follower, Turn};
use crate::db::integrations::Integration;
use crate::db::projects::Project;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::{IntegrationId, ProjectId, TenantId};
use crate::domain::integration::Level;
use crate::domain::rollout::{self, Feature};
use crate::resolve::{self, Current, Slots};

/// Integrations, or projects, that are read at once.
const LOADED: i64 = 500;

impl Follower {
    /// The credentials that apply.
    pub fn credentials(&self) -> &Arc<resolve::Credentials> {
        &self.credentials
    }

    /// Takes integrations over as they are now.
    pub(super) fn put_integrations(
        &self,
        conn: &mut Conn,
        turn: Turn,
        rows: Vec<Integration>,
    ) -> Result<()> {
        let ids: Vec<IntegrationId> = rows.iter().map(|row| row.id).collect();
        let mut slots: HashMap<IntegrationId, Slots> = HashMap::new();
        let levels: HashMap<IntegrationId, Level> = rows
            .iter()
            .map(|row| (row.id, row.project_id.into()))
            .collect();
        for (row, envelope) in db::credentials::list_for_index(conn, &ids)? {
            let Some(level) = levels.get(&row.integration_id) else {
                continue;
            };
            slots.entry(row.integration_id).or_default().put(Current {
                id: row.id,
                level: *level,
                environment: row.environment,
                version: row.version,
                expires_at: row.expires_at,
                envelope,
            });
        }
        self.step(turn, |_| {
            for row in rows {
                let mut slots = slots.remove(&row.id).unwrap_or_default();
                slots.enabled = row.enabled_at.is_some();
                slots.blocked = row.blocked_at.is_some();
                let owner = (row.tenant_id, row.project_id.into());
                self.credentials.put(row.id, owner, &row.slug, slots);
            }
            Ok(())
        })
    }

    /// Takes projects over as they are now.
    pub(super) fn put_projects(&self, turn: Turn, rows: Vec<Project>) -> Result<()> {
        self.step(turn, |_| {
            for row in rows {
                let project = resolve::Project {
                    tenant: row.tenant_id,
                    archived: row.archived_at.is_some(),
                };
                self.credentials.put_project(row.id, project);
            }
            Ok(())
        })
    }

    /// Takes over which tenants have integrations at all, and what they chose for them. They are few, and change rarely:
    /// all at once.
    pub(super) fn put_access(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        let feature = Feature::Integrations;
        let percentage = db::feature_rollouts::percentage(conn, feature)?;
        let switches = db::feature_switches::all(conn, feature)?;
        let on_plan = db::plans::tenants_with(conn, feature)?;
        let access = |tenant: TenantId| {
            let switch = switches.get(&tenant).copied();
            let bucket = rollout::bucket(feature, tenant);
            let access = rollout::access(true, switch, percentage, bucket);
            (tenant, access)
        };
        let all = on_plan.into_iter().map(access).collect();
        let audited = db::tenants::list_auditing_credential_reads(conn)?;
        self.step(turn, |_| {
            self.credentials
                .put_access(all, audited.into_iter().collect());
            Ok(())
        })
    }

    /// Loads every project and integration, and forgets those that are no longer there.
    pub(super) fn load_credentials(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        self.put_access(conn, turn)?;
        let (mut projects, mut last) = (HashSet::<ProjectId>::new(), None);
        loop {
            let rows = db::projects::list_for_index(conn, last, LOADED)?;
            last = rows.last().map(|row| row.id);
            if last.is_none() {
                break;
            }
            projects.extend(rows.iter().map(|row| row.id));
            self.put_projects(turn, rows)?;
        }
        let (mut integrations, mut last) = (HashSet::<IntegrationId>::new(), None);
        loop {
            let rows = db::integrations::list_for_index(conn, last, LOADED)?;
            last = rows.last().map(|row| row.id);
            if last.is_none() {
                break;
            }
            integrations.extend(rows.iter().map(|row| row.id));
            self.put_integrations(conn, turn, rows)?;
        }
        self.step(turn, |_| {
            self.credentials.keep_only(&integrations, &projects);
            Ok(())
        })
    }
}
