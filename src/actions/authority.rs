//! Who makes a change, looked at again under its lock. A request takes its time: a body comes late, another change comes
//! first. What counts is who may what at the moment of the commit.

use super::accounts::Holder;
use crate::db::{self, Conn, change_log};
use crate::domain::id::{TenantId, UserId};
use crate::domain::key::State;
use crate::domain::right::Right;
use crate::domain::role::{Actor, Overseer, OwnSession, Role, Steward, Supporter, Who, allows};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{Conflict, Error, Result};

const KEY_CHANGED: &str = "This key was revoked, disabled or changed, or its tenant suspended, while it asked; nothing was done.";
const ROLE_CHANGED: &str =
    "Your role in this tenant changed while you asked; nothing was done. Sign in again.";

/// Whoever may make changes.
pub trait Authority: Sized {
    /// The same as they are at this moment.
    ///
    /// # Errors
    /// `Unauthenticated` when their session is over; `Forbidden`, `Hidden` or a conflict `tenant-suspended` when they may
    /// no longer do what they could when they asked.
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self>;
}

/// Takes the lock under which everything that follows is true, and looks at who acts once more.
///
/// # Errors
/// Those of [`Authority::renewed`].
pub fn under_lock<A: Authority>(conn: &mut Conn, by: A, clock: &Clock) -> Result<A> {
    change_log::hold(conn)?;
    by.renewed(conn, clock.now())
}

impl Authority for Actor {
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self> {
        let by = Self { now, ..self };
        match &by.who {
            Who::Operator | Who::Keystead => {}
            Who::Key { .. } => must_still_work(conn, &by)?,
            Who::Person {
                id, role, session, ..
            } => {
                must_go_on(conn, session.as_ref(), now)?;
                must_still_be(conn, by.tenant, *id, *role)?;
            }
        }
        Ok(by)
    }
}

impl Authority for Supporter {
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self> {
        must_go_on(conn, self.session.as_ref(), now)?;
        if db::users::find(conn, self.id)?.staff_role() != Some(self.role) {
            return Err(Error::Hidden);
        }
        Ok(Self { now, ..self })
    }
}

impl Authority for Overseer {
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self> {
        Ok(match self {
            Self::SuperUser(person) => Self::SuperUser(person.renewed(conn, now)?),
            Self::Operator(_) => Self::Operator(now),
        })
    }
}

impl Authority for Steward {
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self> {
        if let Who::Person { id, session, .. } = &self.who {
            must_go_on(conn, session.as_ref(), now)?;
            let role = db::users::find(conn, *id)?.staff_role();
            if !role.is_some_and(|role| allows(role, Right::ChangeVerifiers)) {
                return Err(Error::Hidden);
            }
        }
        Ok(Self { now, ..self })
    }
}

impl Authority for Holder {
    fn renewed(self, conn: &mut Conn, now: Timestamp) -> Result<Self> {
        // What is one's own stays so in a tenant that is suspended. Who was taken out or let go has no session any more.
        Ok(match self {
            Self::Member(by) => {
                must_go_on(conn, by.session(), now)?;
                Self::Member(Actor { now, ..by })
            }
            Self::Support(by) => {
                must_go_on(conn, by.session.as_ref(), now)?;
                Self::Support(Supporter { now, ..by })
            }
        })
    }
}

/// Refuses a session that ended. One that goes on does so until the change is committed.
fn must_go_on(conn: &mut Conn, session: Option<&OwnSession>, now: Timestamp) -> Result<()> {
    let Some(session) = session else {
        return Ok(());
    };
    if session.ends_at > now && db::sessions::hold(conn, &session.row)? {
        return Ok(());
    }
    Err(Error::Unauthenticated)
}

/// Refuses a key that would not be accepted now, or may not do now what it could when it asked.
fn must_still_work(conn: &mut Conn, by: &Actor) -> Result<()> {
    let Who::Key {
        id,
        scopes,
        project,
        secret,
        ..
    } = &by.who
    else {
        return Ok(());
    };
    let key = match db::keys::find(conn, by.tenant, *id) {
        Err(Error::NotFound) => return Err(Error::Forbidden(KEY_CHANGED.into())),
        other => other?,
    };
    let still_may = key.state(by.now) == State::Active
        && key.admits(by.address)
        && key.scopes.cover(scopes)
        && key.project_id == *project
        && db::key_rotations::has_secret(conn, (by.tenant, *id), secret, by.now)?
        && db::tenants::find(conn, by.tenant)?.suspended_at.is_none();
    if still_may {
        return Ok(());
    }
    Err(Error::Forbidden(KEY_CHANGED.into()))
}

/// Refuses who has not this role in the tenant any more, or may not sign in.
fn must_still_be(conn: &mut Conn, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
    match db::members::find(conn, tenant, user) {
        Ok(member) if member.suspended_at.is_some() => Err(Conflict::TenantSuspended.into()),
        Ok(member) if member.role == role => Ok(()),
        Ok(_) | Err(Error::NotFound) => Err(Error::Forbidden(ROLE_CHANGED.into())),
        Err(other) => Err(other),
    }
}
