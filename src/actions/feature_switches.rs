//! Support switches a feature for one tenant, or leaves it to the percentage.

use super::limits::object;
use super::{access_requests, record_by_supporter, rollouts, version_of};
use crate::db::tenants::Tenant;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::decision::{Decision, Input};
use crate::domain::id::TenantId;
use crate::domain::role::Supporter;
use crate::domain::rollout::{self, Access, Feature, Switch};
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Result, limits};

/// What support chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The tenant has it.
    On,
    /// It does not.
    Off,
    /// It has it when its turn comes.
    ByPercentage,
}

impl Choice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::On, Self::Off, Self::ByPercentage];

    /// As forms send it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::ByPercentage => "percentage",
        }
    }

    /// How people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
            Self::ByPercentage => "By percentage",
        }
    }

    /// What was chosen for a tenant with this switch.
    pub fn of(switch: Option<Switch>) -> Self {
        match switch {
            Some(Switch::On) => Self::On,
            Some(Switch::Off) => Self::Off,
            Some(Switch::Kept) | None => Self::ByPercentage,
        }
    }
}

/// A short word for what decides about a tenant's access: it changes when something of that does.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn version(conn: &mut Conn, tenant: &Tenant, feature: Feature) -> Result<String> {
    let switch = db::feature_switches::find(conn, tenant.id, feature)?;
    let percentage = db::feature_rollouts::percentage(conn, feature)?.to_string();
    let open = db::access_requests::find_open(conn, tenant.id, feature)?;
    Ok(version_of(&[
        tenant.plan.as_str(),
        switch.map_or("", Switch::as_str),
        &percentage,
        &access_requests::version(open.as_ref()),
    ]))
}

/// Sets it, provided that everything still is as the form showed it, by [`version`].
///
/// # Errors
/// `NotFound`; `Invalid` at `choice` and `reason`; a conflict `changed-meanwhile`.
pub fn set(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    feature: Feature,
    input: &Input<'_>,
) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    if version(conn, &row, feature)? != input.shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let before = Choice::of(db::feature_switches::find(conn, tenant, feature)?);
    let mut errors = FieldErrors::default();
    let switch = errors.take("choice", check(conn, &row, feature, input.choice, before)?);
    let reason = errors.take("reason", limits::check_reason(input.reason));
    errors.into_result()?;
    change_log::append(conn, change_log::Item::Rollout(feature))?;
    db::feature_switches::set(conn, tenant, feature, switch)?;
    let event = Event::AccessSwitched(Decision {
        before: before.label().into(),
        after: Choice::of(switch).label().into(),
        reason: reason.clone(),
    });
    record_by_supporter(conn, by, Some(tenant), &event, object(&row))?;
    access_requests::settle(conn, by, tenant, feature, &reason)
}

type Checked = std::result::Result<Option<Switch>, String>;

/// What the word asks for makes of the switch; or a message for the field.
fn check(
    conn: &mut Conn,
    tenant: &Tenant,
    feature: Feature,
    word: &str,
    before: Choice,
) -> Result<Checked> {
    let Some(choice) = Choice::ALL.into_iter().find(|one| one.as_str() == word) else {
        return Ok(Err("Choose on, off or by percentage.".into()));
    };
    let access = rollouts::access_with(conn, tenant, Some(Switch::On), feature)?;
    if choice == Choice::On && access == Access::NotOnPlan {
        let plan = tenant.plan.as_str();
        return Ok(Err(format!(
            "The plan of {} is {plan}, which has no {}. Set another plan first.",
            tenant.name,
            feature.label()
        )));
    }
    if choice == before {
        return Ok(Err(format!("It is {} already.", before.label())));
    }
    Ok(Ok(match choice {
        Choice::On => Some(Switch::On),
        Choice::Off => Some(Switch::Off),
        Choice::ByPercentage => kept(conn, tenant, feature)?,
    }))
}

/// Whoever stores something keeps the feature when it is left to a percentage that has not reached them.
fn kept(conn: &mut Conn, tenant: &Tenant, feature: Feature) -> Result<Option<Switch>> {
    let percentage = db::feature_rollouts::percentage(conn, feature)?;
    let is_reached = rollout::bucket(feature, tenant.id) < percentage;
    let stores = db::feature_rollouts::list_storing(conn, feature)?.contains(&tenant.id);
    Ok((stores && !is_reached).then_some(Switch::Kept))
}
