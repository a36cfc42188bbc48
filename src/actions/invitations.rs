//! Asking somebody to join a tenant, and what they answer.

use serde_json::json;

use super::members::hold;
use super::{Object, letters, record};
use crate::db::invitations::{Invitation, Opened};
use crate::db::users::{NewUser, User};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::{InvitationId, TenantId, UserId};
use crate::domain::invitation::{Draft, Link, expiry};
use crate::domain::pepper::Peppers;
use crate::domain::role::{Actor, Arrival, Who};
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Invites somebody; `inviter` is the name that they read.
///
/// # Errors
/// `Forbidden` for viewers; `Invalid` at `email` when the person is a member or invited already.
pub fn create(conn: &mut Conn, by: &Actor, draft: &Draft, inviter: &str) -> Result<Invitation> {
    hold(conn, by)?;
    if db::members::find_by_email(conn, by.tenant, &draft.email)?.is_some() {
        return Err(Error::invalid(
            "email",
            "This person is a member already; they stand in the list.",
        ));
    }
    let invitation = insert(conn, by.tenant, draft, inviter, by.now)?;
    record(conn, by, &invited(draft), object(&invitation))?;
    Ok(invitation)
}

/// Keeps an invitation.
pub(super) fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    draft: &Draft,
    inviter: &str,
    now: Timestamp,
) -> Result<Invitation> {
    let invitation = Invitation {
        id: InvitationId::new(),
        tenant_id: tenant,
        email: draft.email.clone(),
        role: draft.role,
        invited_by: inviter.to_owned(),
        created_at: now,
        expires_at: expiry(now),
    };
    db::invitations::insert(conn, invitation.clone())?;
    letters::invite(conn, &invitation, now)?;
    Ok(invitation)
}

/// What the audit log says of an invitation.
pub(super) fn invited(draft: &Draft) -> Event {
    Event::MemberInvited(json!({ "role": draft.role.as_str() }))
}

/// Has the link of an invitation work for another seven days. While it works it stays as it is: whoever has it can go on
/// using it.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also for another tenant's.
pub fn renew(conn: &mut Conn, by: &Actor, id: InvitationId) -> Result<Invitation> {
    hold(conn, by)?;
    let mut invitation = db::invitations::find(conn, by.tenant, id)?;
    if invitation.expires_at <= by.now {
        invitation.expires_at = expiry(by.now);
        db::invitations::set_expiry(conn, id, invitation.expires_at)?;
        letters::invite(conn, &invitation, by.now)?;
        record(conn, by, &Event::InvitationRenewed, object(&invitation))?;
    }
    Ok(invitation)
}

/// Takes an invitation back: its link opens nothing any more.
///
/// # Errors
/// As [`renew`].
pub fn withdraw(conn: &mut Conn, by: &Actor, id: InvitationId) -> Result<Invitation> {
    hold(conn, by)?;
    let invitation = db::invitations::find(conn, by.tenant, id)?;
    db::invitations::delete(conn, id)?;
    record(conn, by, &Event::InvitationWithdrawn, object(&invitation))?;
    Ok(invitation)
}

/// What a link opens now, and the account of that address, if there is one.
///
/// # Errors
/// `NotFound` when it was used or withdrawn, has ended, or never was.
pub fn open(
    conn: &mut Conn,
    link: &Link,
    peppers: &Peppers,
    now: Timestamp,
) -> Result<(Opened, Option<User>)> {
    let opened = db::invitations::open(conn, link.id)?;
    let expires_at = opened.invitation.expires_at;
    if expires_at <= now || !link.proves(expires_at, peppers) {
        return Err(Error::NotFound);
    }
    let account = db::users::find_by_email(conn, &opened.invitation.email)?;
    Ok((opened, account))
}

/// Who accepts.
#[derive(Debug, Clone, Copy)]
pub enum Guest<'a> {
    /// Somebody with an account, who has shown their password.
    Known(UserId),
    /// Somebody new: checked name, and the digest of the password.
    New(&'a str, &'a str),
}

/// Joins the tenant of a link, which is used up with it: of two who try, one finds nothing.
///
/// # Errors
/// As [`open`]; a conflict when the account is one of the support staff, or in the tenant already.
pub fn accept(
    conn: &mut Conn,
    link: &Link,
    peppers: &Peppers,
    guest: Guest<'_>,
    from: Arrival,
) -> Result<UserId> {
    change_log::hold(conn)?;
    let (Opened { invitation, .. }, account) = open(conn, link, peppers, from.now)?;
    if account.as_ref().is_some_and(|account| account.support) {
        return Err(Conflict::StaffJoinsNoTenant.into());
    }
    let user = match (guest, account) {
        (Guest::Known(id), Some(account)) if account.id == id => id,
        (Guest::New(name, digest), None) => {
            let user = NewUser {
                email: &invitation.email,
                name,
                password_digest: digest,
                super_user: false,
                support: false,
            };
            db::users::insert(conn, &user, from.now)?
        }
        // The account came or went since the form was shown.
        _ => return Err(Error::NotFound),
    };
    let tenant = invitation.tenant_id;
    if db::tenants::find(conn, tenant)?.suspended_at.is_some() {
        return Err(Conflict::TenantSuspended.into());
    }
    if db::members::find(conn, tenant, user).is_ok() {
        return Err(Conflict::AlreadyMember.into());
    }
    db::invitations::delete(conn, invitation.id)?;
    db::members::insert(conn, tenant, user, invitation.role, from.now)?;
    let actor = Actor {
        who: Who::Person {
            id: user,
            email: invitation.email.clone(),
            role: invitation.role,
            session: None,
        },
        tenant,
        now: from.now,
        address: from.address,
        request_id: from.request_id,
    };
    let event = Event::MemberAdded(invitation.role.as_str());
    let person = Object {
        kind: "person",
        id: user.to_string(),
        name: &invitation.email,
    };
    record(conn, &actor, &event, person)?;
    // Who has a second factor is not signed in before its code.
    if db::users::find(conn, user)?.second_factor_at.is_none() {
        db::users::set_signed_in(conn, user, actor.now)?;
        super::sessions::note(conn, &actor, &Event::SignedIn)?;
    }
    Ok(user)
}

pub(super) fn object(invitation: &Invitation) -> Object<'_> {
    Object {
        kind: "invitation",
        id: invitation.id.to_string(),
        name: &invitation.email,
    }
}
