//! Which tenants have a feature that is not there for everybody.

use std::collections::HashSet;

use crate::db::tenants::Tenant;
use crate::db::{self, Conn};
use crate::domain::id::TenantId;
use crate::domain::rollout::{self, Access, Feature, Switch};
use crate::domain::{Error, Result};

/// Whether a tenant has a feature, and why not.
///
/// # Errors
/// `NotFound`.
pub fn access(conn: &mut Conn, tenant: TenantId, feature: Feature) -> Result<Access> {
    let row = db::tenants::find(conn, tenant)?;
    let switch = db::feature_switches::find(conn, tenant, feature)?;
    access_with(conn, &row, switch, feature)
}

/// As [`access`], if the tenant had this switch.
pub(super) fn access_with(
    conn: &mut Conn,
    tenant: &Tenant,
    switch: Option<Switch>,
    feature: Feature,
) -> Result<Access> {
    let percentage = db::feature_rollouts::percentage(conn, feature)?;
    let bucket = rollout::bucket(feature, tenant.id);
    let on_plan = db::plans::names_with(conn, feature)?.contains(&tenant.plan);
    Ok(rollout::access(on_plan, switch, percentage, bucket))
}

/// Refuses a tenant what it does not have. Ask under the change log's lock before a change.
///
/// # Errors
/// `Forbidden`, with why and what to do; `NotFound`.
pub fn must_have(conn: &mut Conn, tenant: TenantId, feature: Feature) -> Result<()> {
    match access(conn, tenant, feature)?.refusal(feature) {
        None => Ok(()),
        Some(text) => Err(Error::Forbidden(text)),
    }
}

/// The tenants on a plan with a feature, as its roll-out reaches them.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The percentage now.
    pub percentage: i64,
    /// Switch and bucket of each; one that would keep the feature is switched so.
    tenants: Vec<(Option<Switch>, i64)>,
}

impl Reach {
    /// The reach of a feature now.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn find(conn: &mut Conn, feature: Feature) -> Result<Self> {
        let percentage = db::feature_rollouts::percentage(conn, feature)?;
        let switches = db::feature_switches::all(conn, feature)?;
        let storing = db::feature_rollouts::list_storing(conn, feature)?;
        let storing: HashSet<TenantId> = storing.into_iter().collect();
        let tenants = db::plans::tenants_with(conn, feature)?;
        let reached = |tenant: TenantId| {
            let bucket = rollout::bucket(feature, tenant);
            let keeps = bucket < percentage && storing.contains(&tenant);
            let switch = switches.get(&tenant).copied();
            (switch.or(keeps.then_some(Switch::Kept)), bucket)
        };
        Ok(Self {
            percentage,
            tenants: tenants.into_iter().map(reached).collect(),
        })
    }

    /// How many tenants on such a plan there are.
    pub fn all(&self) -> usize {
        self.tenants.len()
    }

    /// How many of them would have the feature at a percentage.
    pub fn at(&self, percentage: i64) -> usize {
        let has = |(switch, bucket): &&(Option<Switch>, i64)| {
            let access = rollout::access(true, *switch, percentage, *bucket);
            access == Access::Available
        };
        self.tenants.iter().filter(has).count()
    }
}
