//! Who is behind a session, as of now: asked on every request, so a lost membership or role counts at once.

use crate::db::{self, Conn, members::Member};
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::{Actor, Who};
use crate::domain::{Error, Result};

use super::{Object, record};

/// The member, or `Unauthenticated` when the person left or was disabled.
pub fn member(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Member> {
    db::members::find(conn, tenant, user).map_err(|error| match error {
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
            id: &id,
            name: email,
        },
    )
}
