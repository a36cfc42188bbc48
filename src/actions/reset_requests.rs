//! Asking for another password on the sign-in page. What is done while somebody waits for the answer is the same for every
//! address, so neither the words nor the time tell whether it has an account; whether it has is looked at later.

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::accounts::Holder;
use super::letters;
use super::sign_in::Place;
use crate::db::outbox::Mail;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::letter::Letter;
use crate::domain::pepper::Pepper;
use crate::domain::reset_link::ResetLink;
use crate::domain::role::Arrival;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, random, validate};

/// Hours for which a link works that somebody asked for themselves.
pub const HOURS: i64 = 1;
/// Requests for one address within an hour.
const MOST_FOR_ADDRESS: i64 = 3;
/// Requests from one place within an hour.
const MOST_FROM_PLACE: i64 = 10;
/// Behind a proxy that names nobody all people are one place.
const MOST_FROM_ALL: i64 = 200;
/// Seconds for which requests are counted.
const WINDOW: i64 = 3_600;

/// Somebody typed an address.
///
/// # Errors
/// `Invalid` at `email` for what is no address; `Throttled` after too many from one place.
pub fn ask(conn: &mut Conn, typed: &str, place: Place, from: &Arrival) -> Result<()> {
    let email = validate::email(typed).map_err(|message| Error::invalid("email", message))?;
    let most = match place {
        Place::Shared => MOST_FROM_ALL,
        Place::Address(_) | Place::UnixSocket => MOST_FROM_PLACE,
    };
    let from_place = format!("reset-from:{}", place.subject());
    if let Some(seconds) = count(conn, &from_place, most, from.now)? {
        return Err(Error::Throttled(seconds));
    }
    let for_address = format!("reset-for:{}", digest(&email));
    if count(conn, &for_address, MOST_FOR_ADDRESS, from.now)?.is_some() {
        // Whoever floods a mailbox learns nothing from the answer; whoever lives there has three links.
        return Ok(());
    }
    let letter = Letter::ResetRequest {
        address: super::text_of(from.address),
        request_id: from.request_id.clone(),
    };
    db::outbox::put(conn, None, &email, letter, from.now)
}

fn digest(email: &str) -> String {
    random::hex(&Sha256::digest(email.as_bytes()))
}

/// Counts a request; gives the seconds to wait when there were too many already.
fn count(conn: &mut Conn, subject: &str, most: i64, now: Timestamp) -> Result<Option<u64>> {
    let known = db::sign_in_failures::lock(conn, subject, now)?;
    // From the first of them: who goes on asking gets no further away from the next link.
    let passed = (now - known.last_at).max(TimeDelta::zero());
    let left = WINDOW - passed.num_seconds();
    let (so_far, since) = if left > 0 {
        (known.failures, known.last_at)
    } else {
        (0, now)
    };
    if so_far >= most {
        return Ok(Some(left.unsigned_abs()));
    }
    db::sign_in_failures::set(conn, subject, so_far + 1, since)?;
    Ok(None)
}

/// Looks whether the address of a request has an account: if so its person gets a link.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn settle(conn: &mut Conn, mail: &Mail, pepper: &Pepper, now: Timestamp) -> Result<()> {
    let Letter::ResetRequest {
        address,
        request_id,
    } = &mail.letter
    else {
        return Ok(());
    };
    db::outbox::delete(conn, mail.id)?;
    let from = Arrival {
        now,
        address: address.parse().ok(),
        request_id: request_id.clone(),
    };
    let event = Event::ResetLinkAsked;
    let user = db::users::find_by_email(conn, &mail.recipient)?;
    let user = user.filter(|user| user.disabled_at.is_none());
    let holder = match &user {
        Some(user) => Holder::arriving(conn, user, from.clone())?,
        None => None,
    };
    let (Some(user), Some(holder)) = (user, holder) else {
        // What people type by mistake may be a password, so it is noted as a digest.
        return super::sessions::note_stranger(conn, &event, &digest(&mail.recipient), &from);
    };
    holder.record(conn, &event, &user)?;
    let end = now + TimeDelta::hours(HOURS);
    let link = ResetLink::until(end, user.id, &user.password_digest, pepper);
    letters::reset_link(conn, &user, &link, None, now)
}
