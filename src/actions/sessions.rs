//! Who is behind a session, as of now: asked on every request, so a lost membership or role counts at once.

use crate::db::audit::AuditEvent;
use crate::db::{self, Conn, members::Member, users::User};
use crate::domain::audit::Event;
use crate::domain::id::{AuditId, TenantId, UserId};
use crate::domain::role::{Actor, Arrival, Supporter, Who};
use crate::domain::{Error, Result};

use super::{Object, record, record_by_supporter, text_of};

/// Refuses a session that was ended.
///
/// # Errors
/// `Unauthenticated`.
pub fn must_be_there(conn: &mut Conn, row: &str) -> Result<()> {
    db::sessions::find(conn, row)?
        .map(drop)
        .ok_or(Error::Unauthenticated)
}

/// The member, or `Unauthenticated` when the person left or was disabled.
pub fn member(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Member> {
    db::members::find(conn, tenant, user).map_err(|error| match error {
        Error::NotFound => Error::Unauthenticated,
        other => other,
    })
}

/// The person of the support staff, or `Unauthenticated` when they left or were disabled.
pub fn supporter(conn: &mut Conn, user: UserId) -> Result<User> {
    db::users::find_support(conn, user).map_err(|error| match error {
        Error::NotFound => Error::Unauthenticated,
        other => other,
    })
}

/// Notes that a person signed in, signed out or was refused.
pub fn note(conn: &mut Conn, by: &Actor, event: &Event) -> Result<()> {
    let Who::Person { id, email, .. } = &by.who else {
        return Ok(());
    };
    let id = id.to_string();
    record(
        conn,
        by,
        event,
        Object {
            kind: "session",
            id,
            name: email,
        },
    )
}

/// As [`note`], of somebody of the support staff.
pub fn note_support(conn: &mut Conn, by: &Supporter, event: &Event) -> Result<()> {
    let id = by.id.to_string();
    let object = Object {
        kind: "session",
        id,
        name: &by.name,
    };
    record_by_supporter(conn, by, None, event, object)
}

/// Notes what somebody tried with an unknown e-mail address, such as a sign-in that was refused. The address is kept as a
/// digest, and it costs what the note about a known person costs.
pub fn note_stranger(
    conn: &mut Conn,
    event: &Event,
    email_digest: &str,
    from: &Arrival,
) -> Result<()> {
    let row = AuditEvent {
        id: AuditId::new(),
        tenant_id: None,
        at: from.now,
        actor_kind: "stranger".into(),
        actor_id: String::new(),
        actor_name: String::new(),
        action: event.action().into(),
        object_kind: "session".into(),
        object_id: email_digest.into(),
        object_name: String::new(),
        detail: "{}".into(),
        address: text_of(from.address),
        request_id: from.request_id.clone(),
    };
    db::audit_chain::append(conn, row)
}
