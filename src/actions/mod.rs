//! Use cases: check the right, make the change, write the audit row and the change-log row, all in one transaction.
//! The pages, the REST API and the command line share them.

pub mod access_requests;
pub mod accounts;
pub mod audit_checks;
pub mod audit_log;
pub mod credential_reads;
pub mod credential_reports;
pub mod credential_warnings;
pub mod credentials;
pub mod disclosures;
pub mod effective_credentials;
pub mod explain;
pub mod feature_switches;
pub mod first_steps;
pub mod group_losses;
pub mod groups;
pub mod inheritors;
pub mod integrations;
pub mod invitations;
pub mod key_batches;
pub mod key_lookups;
pub mod key_losses;
pub mod key_owners;
pub mod key_rotations;
pub mod key_suspensions;
pub mod key_updates;
pub mod keys;
pub mod leaked_keys;
pub mod letters;
pub mod limit_ends;
pub mod limit_messages;
pub mod limit_requests;
pub mod limits;
pub mod master_keys;
pub mod members;
pub mod observed_callers;
pub mod peppers;
pub mod plans;
pub mod projects;
pub mod quiet_rotations;
pub mod refused_permissions;
pub mod requests;
pub mod reset_requests;
pub mod rollout_percentages;
pub mod rollouts;
pub mod second_factors;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod staff_audit_log;
pub mod support_explanations;
pub mod support_grants;
pub mod supporters;
pub mod suspensions;
pub mod tenant_deletions;
pub mod tenant_history;
pub mod tenant_pages;
pub mod tenants;
pub mod usage_reports;
pub mod verifiers;

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use crate::db::change_log::Item;
use crate::db::keys::Key;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::{AuditId, TenantId, UserId};
use crate::domain::key::State;
use crate::domain::right::Right;
use crate::domain::role::{Actor, Overseer, Role, Steward, Supporter, Who, allows};
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result, random};

/// What an audit row is about.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    /// Such as `api_key`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name now.
    pub name: &'a str,
}

impl<'a> Object<'a> {
    /// A key.
    pub(crate) fn of_key(key: &'a Key) -> Self {
        Self {
            kind: "api_key",
            id: key.id.to_string(),
            name: &key.name,
        }
    }
}

/// Refuses a key that acts upon something with more rights than its own; `what` begins the sentence about it.
pub(crate) fn must_cover(by: &Actor, scopes: &Scopes, what: &str) -> Result<()> {
    by.must_cover(scopes)
        .map_err(|_| Error::Forbidden(format!("{what} with more rights than its own.")))
}

/// As [`must_cover`], of a key, which a key of a project has to have in its own.
pub(crate) fn must_stand_above(by: &Actor, key: &Key, what: &str) -> Result<()> {
    by.must_reach(key.project_id, what)?;
    must_cover(by, &key.scopes, what)
}

/// Takes the next revision for a change, and with it the lock under which everything that follows is true. Who acts is
/// looked at again there: a key may have been revoked, disabled or narrowed while its request was on the way, and a
/// person taken out or given another role.
pub(crate) fn begin(conn: &mut Conn, by: &Actor, item: Item) -> Result<i64> {
    let rev = db::change_log::append(conn, item)?;
    must_still_act(conn, by)?;
    Ok(rev)
}

/// The second look at who acts, for a change that holds the lock of the change log already.
pub(crate) fn must_still_act(conn: &mut Conn, by: &Actor) -> Result<()> {
    let (still_may, otherwise) = match &by.who {
        Who::Operator | Who::Keystead => return Ok(()),
        Who::Key {
            id,
            scopes,
            project,
            ..
        } => {
            let key = db::keys::find(conn, by.tenant, *id)?;
            let is_as_before = key.scopes.cover(scopes) && key.project_id == *project;
            let tenant = db::tenants::find(conn, by.tenant)?;
            (
                key.state(by.now) == State::Active && is_as_before && tenant.suspended_at.is_none(),
                "This key was revoked, disabled or changed, or its tenant suspended, while it asked; nothing was done.",
            )
        }
        Who::Person { id, role, .. } => (
            is_still(conn, by.tenant, *id, *role)?,
            "Your role in this tenant changed while you asked; nothing was done. Sign in again.",
        ),
    };
    if still_may {
        return Ok(());
    }
    Err(Error::Forbidden(otherwise.into()))
}

/// True while a person has this role in the tenant, and may sign in.
///
/// # Errors
/// A conflict `tenant-suspended`.
fn is_still(conn: &mut Conn, tenant: TenantId, user: UserId, role: Role) -> Result<bool> {
    match db::members::find(conn, tenant, user) {
        Ok(member) if member.role != role => Ok(false),
        Ok(member) if member.suspended_at.is_some() => Err(Conflict::TenantSuspended.into()),
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The look at who decides over tenants, under the lock of the decision: nobody who was a super user a moment ago goes on.
///
/// # Errors
/// `NotFound`, as for anybody who is none.
pub(crate) fn must_oversee(conn: &mut Conn, by: &Overseer) -> Result<()> {
    let Overseer::SuperUser(person) = by else {
        return Ok(());
    };
    let role = db::users::find(conn, person.id)?.staff_role();
    if role.is_some_and(|role| allows(role, Right::OverseeTenants)) {
        return Ok(());
    }
    Err(Error::Hidden)
}

/// Writes the audit row of a change, inside the change's transaction: no record, no change.
pub(crate) fn record(conn: &mut Conn, by: &Actor, event: &Event, object: Object<'_>) -> Result<()> {
    let row = row(actor(&by.who), by.now, event, object);
    db::audit_chain::append(
        conn,
        db::audit::AuditEvent {
            tenant_id: Some(by.tenant),
            address: text_of(by.address),
            request_id: by.request_id.clone(),
            ..row
        },
    )
}

/// As [`record`], of a change to the installation itself.
pub(crate) fn record_by_steward(
    conn: &mut Conn,
    by: &Steward,
    event: &Event,
    object: Object<'_>,
) -> Result<()> {
    let row = row(actor(&by.who), by.now, event, object);
    db::audit_chain::append(
        conn,
        db::audit::AuditEvent {
            address: text_of(by.address),
            request_id: by.request_id.clone(),
            ..row
        },
    )
}

/// As [`record`], of what support staff does: to a tenant, whose log it then is in, or beside all of them.
pub(crate) fn record_by_supporter(
    conn: &mut Conn,
    by: &Supporter,
    tenant: Option<TenantId>,
    event: &Event,
    object: Object<'_>,
) -> Result<()> {
    let actor = ("support", by.id.to_string(), by.name.clone());
    let row = row(actor, by.now, event, object);
    db::audit_chain::append(
        conn,
        db::audit::AuditEvent {
            tenant_id: tenant,
            address: text_of(by.address),
            request_id: by.request_id.clone(),
            ..row
        },
    )
}

/// As [`record`], of a decision over a tenant.
pub(crate) fn record_by_overseer(
    conn: &mut Conn,
    by: &Overseer,
    tenant: TenantId,
    event: &Event,
    object: Object<'_>,
) -> Result<()> {
    match by {
        Overseer::SuperUser(person) => {
            record_by_supporter(conn, person, Some(tenant), event, object)
        }
        Overseer::Operator(now) => {
            let row = row(actor(&Who::Operator), *now, event, object);
            let tenant_id = Some(tenant);
            db::audit_chain::append(conn, db::audit::AuditEvent { tenant_id, ..row })
        }
    }
}

/// Kind, id and name of who acts.
type ActorText = (&'static str, String, String);

fn actor(who: &Who) -> ActorText {
    match who {
        Who::Person { id, email, .. } => ("person", id.to_string(), email.clone()),
        Who::Key { id, name, .. } => ("key", id.to_string(), name.clone()),
        Who::Operator => ("operator", String::new(), "command line".into()),
        Who::Keystead => ("system", String::new(), "Keystead".into()),
    }
}

/// Who did what to which object.
fn row(
    (kind, id, name): ActorText,
    now: Timestamp,
    event: &Event,
    object: Object<'_>,
) -> db::audit::AuditEvent {
    db::audit::AuditEvent {
        id: AuditId::new(),
        tenant_id: None,
        at: now,
        actor_kind: kind.into(),
        actor_id: id,
        actor_name: name,
        action: event.action().into(),
        object_kind: object.kind.into(),
        object_id: object.id,
        object_name: object.name.into(),
        detail: event.detail().to_string(),
        address: String::new(),
        request_id: String::new(),
    }
}

/// A short word for these texts: it changes when one of them does.
pub(crate) fn version_of(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    random::hex(&digest.finalize()[..16])
}

/// The text of an address as rows keep it; an unknown one is empty.
pub(crate) fn text_of(address: Option<IpAddr>) -> String {
    address.map(|at| at.to_string()).unwrap_or_default()
}
