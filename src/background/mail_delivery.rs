//! Sends what is in the outbox, a message at a time. Of several servers one takes a message in hand; should it end before
//! it is done, another one takes it up after a while.

use std::sync::atomic::{AtomicBool, Ordering};

use super::follow::Follower;
use crate::actions::{letters, reset_requests};
use crate::db::invitations::Opened;
use crate::db::outbox::{self, Mail};
use crate::db::users::User;
use crate::db::{self, Conn, Db};
use crate::domain::invitation::Link;
use crate::domain::letter::{self, Letter};
use crate::domain::pepper::Pepper;
use crate::domain::reset_link::ResetLink;
use crate::domain::time::{Clock, Timestamp, from_micros};
use crate::domain::{Error, Result};
use crate::mail::relay::{Envelope, Failure, Relay};
use crate::mail::words::{self, Words, moment, one_line};

/// What sends messages: a mail server, and the address that links begin with.
#[derive(Clone)]
pub struct Sender {
    /// The mail server.
    pub relay: Relay,
    /// Address for people, without a trailing slash.
    pub site: String,
}

impl Sender {
    /// Sends what is due, until nothing is or `stopping`. A mail server that is away holds up nothing but this.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; the next call goes on.
    pub fn send_due(
        &self,
        db: &Db,
        follower: &Follower,
        clock: &Clock,
        stopping: &AtomicBool,
    ) -> Result<()> {
        while !stopping.load(Ordering::SeqCst) {
            let now = clock.now();
            let Some(due) = db.read(|conn| outbox::find_due(conn, now))? else {
                return Ok(());
            };
            let until = letter::in_hand_until(now);
            if let Some(mail) = db.write(|conn| outbox::take(conn, due, until))? {
                self.handle(db, follower, &mail, now)?;
            }
        }
        Ok(())
    }

    fn handle(&self, db: &Db, follower: &Follower, mail: &Mail, now: Timestamp) -> Result<()> {
        if letter::is_worn_out(mail.attempts) {
            return give_up(db, mail, "every attempt ended halfway", now);
        }
        let peppers = follower.index().peppers();
        let pepper = peppers.newest()?;
        if matches!(mail.letter, Letter::ResetRequest { .. }) {
            return db.write(|conn| reset_requests::settle(conn, mail, pepper, now));
        }
        let written = db.read(|conn| self.write(conn, &mail.letter, pepper, now))?;
        let Some(words) = written else {
            // It has become pointless.
            return db.write(|conn| outbox::delete(conn, mail.id));
        };
        let envelope = Envelope {
            id: mail.id,
            to: &mail.recipient,
            date: mail.created_at,
        };
        match self.relay.send(envelope, words) {
            Ok(()) => db.write(|conn| outbox::delete(conn, mail.id)),
            Err(Failure::Refused(why)) => give_up(db, mail, &why, now),
            Err(Failure::Later(why)) => {
                let Some(next) = letter::next_attempt(mail.attempts, now) else {
                    return give_up(db, mail, &why, now);
                };
                let (id, about) = (mail.id.to_string(), mail.letter.kind());
                tracing::warn!(id, about, why, "a message was not sent; it is tried again");
                db.write(|conn| outbox::put_off(conn, mail, next))
            }
        }
    }

    /// A message in words, with its link; `None` when it has become pointless.
    fn write(
        &self,
        conn: &mut Conn,
        letter: &Letter,
        pepper: &Pepper,
        now: Timestamp,
    ) -> Result<Option<Words>> {
        match letter {
            Letter::ResetRequest { .. } => Ok(None),
            Letter::Invitation { id } => {
                let opened = gone(db::invitations::open(conn, *id))?;
                let open = opened.filter(|opened| opened.invitation.expires_at > now);
                open.map(|opened| self.invitation(opened, pepper))
                    .transpose()
            }
            Letter::ResetLink {
                user,
                expires_at,
                password,
                by,
            } => {
                let ends = from_micros(*expires_at);
                let user = gone(db::users::find(conn, *user))?;
                let user = user.filter(|user| letters::password_word(user) == *password);
                user.filter(|_| ends > now)
                    .map(|user| self.reset_link(&user, ends, by.clone(), pepper))
                    .transpose()
            }
            Letter::Notice {
                user,
                what,
                at,
                address,
                by,
            } => {
                let user = gone(db::users::find(conn, *user))?;
                let (what, then) = words::told(*what);
                let notice = user.map(|user| words::Notice {
                    name: one_line(&user.name),
                    what,
                    by: by.clone(),
                    at: moment(from_micros(*at)),
                    address: address.clone(),
                    then,
                    site: self.site.clone(),
                });
                let words = notice.map(|notice| notice.words());
                words.transpose().map_err(Error::internal)
            }
        }
    }

    fn invitation(&self, opened: Opened, pepper: &Pepper) -> Result<Words> {
        let Opened {
            invitation,
            tenant_name,
        } = opened;
        let ends = invitation.expires_at;
        let link = Link::new(invitation.id, ends, pepper);
        let message = words::Invitation {
            tenant: one_line(&tenant_name),
            inviter: one_line(&invitation.invited_by),
            role: invitation.role,
            link: format!("{}{}", self.site, link.path()),
            ends: moment(ends),
            site: self.site.clone(),
        };
        message.words().map_err(Error::internal)
    }

    fn reset_link(
        &self,
        user: &User,
        ends: Timestamp,
        by: Option<String>,
        pepper: &Pepper,
    ) -> Result<Words> {
        let link = ResetLink::until(ends, user.id, &user.password_digest, pepper);
        let message = words::ResetLink {
            name: one_line(&user.name),
            by,
            link: format!("{}{}", self.site, link.path()),
            ends: moment(ends),
            site: self.site.clone(),
        };
        message.words().map_err(Error::internal)
    }
}

/// What is there, if it is.
fn gone<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(Error::NotFound) => Ok(None),
        other => other.map(Some),
    }
}

fn give_up(db: &Db, mail: &Mail, why: &str, now: Timestamp) -> Result<()> {
    let (id, about) = (mail.id.to_string(), mail.letter.kind());
    tracing::warn!(id, about, why, "a message is given up");
    db.write(|conn| letters::give_up(conn, mail, why, now))
}
