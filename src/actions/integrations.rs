//! What a tenant and its projects do with integrations: switched on or off for all projects, blocked for one.

use serde_json::{Value, json};

use super::{Object, record, rollouts};
use crate::db::change_log::{self, Item};
use crate::db::integrations::Integration;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::catalogue::entry::{Entry, Kind};
use crate::domain::id::IntegrationId;
use crate::domain::integration::{Level, Standing};
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::rollout::Feature;
use crate::domain::{Conflict, Error, Result};

/// An integration at one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which one of the catalogue.
    pub slug: String,
    /// Its name, for the audit log.
    pub name: String,
    /// For all projects, or for one.
    pub level: Level,
}

impl Target {
    /// An integration whose credential can be shared.
    ///
    /// # Errors
    /// `Invalid` at `integration` for one where each person connects an own account.
    pub fn new(entry: &Entry, level: Level) -> Result<Self> {
        match entry.kind {
            Kind::ApiKey => Ok(Self {
                slug: entry.slug.clone(),
                name: entry.name.clone(),
                level,
            }),
            Kind::OAuth => Err(Error::invalid(
                "integration",
                format!(
                    "Credentials of {} can't be shared: each person connects an own account, or a service account.",
                    entry.name
                ),
            )),
        }
    }

    pub(super) fn object(&self) -> Object<'_> {
        Object {
            kind: "integration",
            id: self.slug.clone(),
            name: &self.name,
        }
    }

    /// `detail` with the project, if it is one's.
    pub(super) fn detail(&self, mut detail: Value) -> Value {
        if let Level::Project(id) = self.level {
            detail["project"] = id.to_string().into();
        }
        detail
    }
}

/// The right, the lock under which everything that follows is true, and a project that is in use.
pub(super) fn hold(conn: &mut Conn, by: &Actor, target: &Target) -> Result<Integration> {
    by.must_hold(Right::ChangeIntegrations)?;
    match target.level {
        Level::Organization => by.must_act_for_tenant("Integrations of the organisation")?,
        Level::Project(id) => by.must_reach(Some(id), "A key can't change integrations")?,
    }
    change_log::hold(conn)?;
    // Also when all is as it is wanted.
    change_log::stands();
    rollouts::must_have(conn, by.tenant, Feature::Integrations)?;
    if let Level::Project(id) = target.level
        && db::projects::find(conn, by.tenant, id)?
            .archived_at
            .is_some()
    {
        return Err(Conflict::ProjectArchived.into());
    }
    db::integrations::open(conn, by.tenant, target.level, &target.slug)
}

/// Notes the change, so that every server hears of it.
pub(super) fn note(conn: &mut Conn, id: IntegrationId) -> Result<()> {
    change_log::append(conn, Item::Integration(id)).map(|_| ())
}

/// Lets projects have the organisation's credential. The same again leaves no trace.
///
/// # Errors
/// `Forbidden` without the right; a conflict `no-credential` when there is none that applies.
pub fn enable(conn: &mut Conn, by: &Actor, target: &Target) -> Result<()> {
    let integration = hold(conn, by, target)?;
    if integration.enabled_at.is_some() {
        return Ok(());
    }
    if !has_current(conn, by, integration.id)? {
        return Err(Conflict::NoCredential.into());
    }
    set_enabled(conn, by, target, integration.id)
}

pub(super) fn set_enabled(
    conn: &mut Conn,
    by: &Actor,
    target: &Target,
    id: IntegrationId,
) -> Result<()> {
    note(conn, id)?;
    db::integrations::set_enabled(conn, id, Some(by.now))?;
    record(conn, by, &Event::IntegrationEnabled, target.object())
}

/// Takes the organisation's credential away from projects; with `destroy` it is destroyed, with all that stand by.
///
/// # Errors
/// `Forbidden` without the right.
pub fn disable(conn: &mut Conn, by: &Actor, target: &Target, destroy: bool) -> Result<()> {
    let integration = hold(conn, by, target)?;
    let kept = db::credentials::list(conn, by.tenant, integration.id)?;
    let destroyed = if destroy { kept.len() } else { 0 };
    if integration.enabled_at.is_none() && destroyed == 0 {
        return Ok(());
    }
    note(conn, integration.id)?;
    for credential in kept.iter().take(destroyed) {
        db::credentials::delete(conn, by.tenant, credential.id)?;
    }
    db::integrations::set_enabled(conn, integration.id, None)?;
    let event = Event::IntegrationDisabled(json!({ "destroyed": destroyed }));
    record(conn, by, &event, target.object())
}

/// Has a project take or refuse the organisation's credential. The same again leaves no trace.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`; a conflict `project-archived`.
pub fn set_blocked(conn: &mut Conn, by: &Actor, target: &Target, blocked: bool) -> Result<()> {
    let integration = hold(conn, by, target)?;
    if integration.blocked_at.is_some() == blocked {
        return Ok(());
    }
    note(conn, integration.id)?;
    db::integrations::set_blocked(conn, integration.id, blocked.then_some(by.now))?;
    let detail = target.detail(json!({}));
    let event = if blocked {
        Event::IntegrationBlocked(detail)
    } else {
        Event::IntegrationUnblocked(detail)
    };
    record(conn, by, &event, target.object())
}

/// True when a credential of the integration applies, in one environment at least.
pub(super) fn has_current(conn: &mut Conn, by: &Actor, id: IntegrationId) -> Result<bool> {
    let credentials = db::credentials::list(conn, by.tenant, id)?;
    Ok(credentials
        .iter()
        .any(|credential| credential.standing() == Standing::Current))
}
