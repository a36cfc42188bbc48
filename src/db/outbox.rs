//! Messages that are still to be sent. A row is written with the change that it tells of, and goes once it was sent.

use std::cell::Cell;

use diesel::prelude::*;

use super::schema::outbox;
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{MailId, TenantId};
use crate::domain::letter::Letter;
use crate::domain::time::Timestamp;

thread_local! {
    /// Whether anybody sends what the transaction on this thread keeps.
    static OPEN: Cell<bool> = const { Cell::new(false) };
}

/// A message as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub struct Mail {
    /// Identifier.
    pub id: MailId,
    /// In whose log it is told when it can't be sent.
    pub tenant_id: Option<TenantId>,
    /// The address.
    pub recipient: String,
    /// What it is about.
    pub letter: Letter,
    /// When it was written.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// When it is tried next.
    #[diesel(serialize_as = At)]
    pub due_at: Timestamp,
    /// How often it was taken in hand.
    pub attempts: i32,
}

/// Says, at the beginning of a transaction, whether it keeps messages.
pub(super) fn open(sends_mail: bool) {
    OPEN.set(sends_mail);
}

/// Keeps a message with the transaction that is under way; nothing where no mail is sent.
pub fn put(
    conn: &mut Conn,
    tenant: Option<TenantId>,
    recipient: &str,
    letter: Letter,
    now: Timestamp,
) -> Result<()> {
    if !OPEN.get() {
        return Ok(());
    }
    let mail = Mail {
        id: MailId::new(),
        tenant_id: tenant,
        recipient: recipient.to_owned(),
        letter,
        created_at: now,
        due_at: now,
        attempts: 0,
    };
    diesel::insert_into(outbox::table)
        .values(mail)
        .execute(conn)?;
    Ok(())
}

/// The message that has waited longest of those that are due.
pub fn find_due(conn: &mut Conn, now: Timestamp) -> Result<Option<Mail>> {
    let query = outbox::table
        .filter(outbox::due_at.le(now.naive_utc()))
        .order((outbox::due_at, outbox::id))
        .select(Mail::as_select());
    rows::first_if_any(conn, query)
}

/// Takes a message in hand as it was found; `None` when another server did so first.
pub fn take(conn: &mut Conn, mail: Mail, until: Timestamp) -> Result<Option<Mail>> {
    let attempts = mail.attempts + 1;
    let changed = diesel::update(outbox::table.find(mail.id))
        .filter(outbox::attempts.eq(mail.attempts))
        .filter(outbox::due_at.eq(mail.due_at.naive_utc()))
        .set((
            outbox::attempts.eq(attempts),
            outbox::due_at.eq(until.naive_utc()),
        ))
        .execute(conn)?;
    let taken = Mail {
        attempts,
        due_at: until,
        ..mail
    };
    Ok((changed == 1).then_some(taken))
}

/// Puts a message that was taken in hand off.
pub fn put_off(conn: &mut Conn, mail: &Mail, until: Timestamp) -> Result<()> {
    diesel::update(outbox::table.find(mail.id))
        .filter(outbox::attempts.eq(mail.attempts))
        .set(outbox::due_at.eq(until.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Takes a message out: it was sent, or never will be.
pub fn delete(conn: &mut Conn, id: MailId) -> Result<()> {
    diesel::delete(outbox::table.find(id)).execute(conn)?;
    Ok(())
}
