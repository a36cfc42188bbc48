//! Use cases: check the right, make the change, write the audit row and the change-log row, all in one transaction.
//! The pages, the REST API and the command line share them.

pub mod access_requests;
pub mod accounts;
pub mod audit_checks;
pub mod audit_log;
pub mod authority;
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
pub mod restore_decisions;
pub mod restores;
pub mod rollout_percentages;
pub mod rollouts;
pub mod second_factors;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod staff_audit_log;
pub mod stops;
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

use crate::db::keys::Key;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::bounds::Bounds;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::role::{Actor, Overseer, Steward, Supporter, Who};
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, random};

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

/// As [`must_cover`], of a key, which a key of a project has to have in its own. Its end, addresses and rate count too.
pub(crate) fn must_stand_above(conn: &mut Conn, by: &Actor, key: &Key, what: &str) -> Result<()> {
    by.must_reach(key.project_id, what)?;
    must_cover(by, &key.scopes, what)?;
    if by.is_key(key.id) || bounds_of(conn, by)?.cover(&key.bounds()) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "{what} with a later end, more addresses or a higher rate limit than its own."
    )))
}

/// What bounds a key that acts, beside its scopes; people and operators have no such bounds.
pub(crate) fn bounds_of(conn: &mut Conn, by: &Actor) -> Result<Bounds> {
    match by.key() {
        Some(id) => Ok(db::keys::find(conn, by.tenant, id)?.bounds()),
        None => Ok(Bounds::default()),
    }
}

/// Refuses a key to hand out what goes beyond its own bounds.
///
/// # Errors
/// `Invalid` at each member that does.
pub(crate) fn must_bound(conn: &mut Conn, by: &Actor, wanted: &Bounds) -> Result<()> {
    bounds_of(conn, by)?.refuse(wanted).into_result()
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
