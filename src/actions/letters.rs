//! Messages that belong to a change: kept with it, sent later. Where no mail is sent none is kept.

use std::net::IpAddr;

use serde_json::json;

use super::{Object, record, record_by_steward, text_of, version_of};
use crate::db::invitations::Invitation;
use crate::db::outbox::Mail;
use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::letter::{Change, Letter};
use crate::domain::reset_link::ResetLink;
use crate::domain::role::{Actor, Steward, Who};
use crate::domain::time::Timestamp;

/// The link of an invitation, to whom it is for.
pub(super) fn invite(conn: &mut Conn, invitation: &Invitation, now: Timestamp) -> Result<()> {
    let letter = Letter::Invitation { id: invitation.id };
    let tenant = Some(invitation.tenant_id);
    db::outbox::put(conn, tenant, &invitation.email, letter, now)
}

/// A link for another password, to whose it is; `by` made it, unless the person asked.
pub(super) fn reset_link(
    conn: &mut Conn,
    user: &User,
    link: &ResetLink,
    by: Option<&Actor>,
    now: Timestamp,
) -> Result<()> {
    let letter = Letter::ResetLink {
        user: user.id,
        expires_at: link.expires_at.timestamp_micros(),
        password: password_word(user),
        by: by.and_then(name_of),
    };
    put(conn, user, letter, now)
}

/// A word that changes with a person's password.
pub fn password_word(user: &User) -> String {
    version_of(&[&user.password_digest])
}

/// Tells a person what happened to their account, when and from where; `by` did it, unless it was themselves as far as
/// anybody can know.
pub(super) fn tell(
    conn: &mut Conn,
    user: &User,
    what: Change,
    (now, address): (Timestamp, Option<IpAddr>),
    by: Option<&Who>,
) -> Result<()> {
    let letter = Letter::Notice {
        user: user.id,
        what,
        at: now.timestamp_micros(),
        address: text_of(address),
        by: by.map(|who| match who {
            Who::Person { email, .. } => email.clone(),
            _ => "the person who runs Keystead for you".into(),
        }),
    };
    put(conn, user, letter, now)
}

fn name_of(by: &Actor) -> Option<String> {
    match &by.who {
        Who::Person { email, .. } => Some(email.clone()),
        _ => None,
    }
}

fn put(conn: &mut Conn, user: &User, letter: Letter, now: Timestamp) -> Result<()> {
    let tenant = db::members::first_tenant(conn, user.id)?;
    db::outbox::put(conn, tenant, &user.email, letter, now)
}

/// Takes a message out that can't be sent, and notes that, and why.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn give_up(conn: &mut Conn, mail: &Mail, why: &str, now: Timestamp) -> Result<()> {
    db::outbox::delete(conn, mail.id)?;
    let event = Event::MailGivenUp(json!({ "about": mail.letter.kind(), "why": why }));
    let object = Object {
        kind: "mail",
        id: mail.id.to_string(),
        name: &mail.recipient,
    };
    let (who, address, request_id) = (Who::Keystead, None, String::new());
    if let Some(tenant) = mail.tenant_id {
        let by = Actor {
            who,
            tenant,
            now,
            address,
            request_id,
        };
        return record(conn, &by, &event, object);
    }
    let by = Steward {
        who,
        now,
        address,
        request_id,
    };
    record_by_steward(conn, &by, &event, object)
}
