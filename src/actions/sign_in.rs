//! Signing in: one answer and one cost whether the person exists or not, and patience after failures.
//!
//! Failures are counted by account-and-address and by address. An attacker elsewhere therefore slows down only
//! attempts from there: the real person still gets in from another address.

use std::net::IpAddr;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, password, random};

/// Failures from one place before waiting begins.
const FREE_ACCOUNT: i64 = 5;
const FREE_ADDRESS: i64 = 30;
/// Longest wait, in seconds.
const LONGEST: i64 = 900;
/// Failures in a row older than this are forgotten.
pub const FORGET_HOURS: i64 = 24;

/// Someone at the door.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Typed address, checked and lower-cased by [`Attempt::new`].
    email: String,
    address: Option<IpAddr>,
}

impl Attempt {
    /// An attempt for an address from a place.
    pub fn new(email: &str, address: Option<IpAddr>) -> Self {
        Self {
            email: email.trim().to_lowercase(),
            address,
        }
    }

    /// Counted subjects with the failures each may have before it must wait.
    fn subjects(&self) -> [(String, i64); 2] {
        let place = self
            .address
            .map(|address| address.to_string())
            .unwrap_or_default();
        // Hashed: what people type into the e-mail field by mistake may be a password.
        let account = random::hex(&Sha256::digest(
            format!("{}|{place}", self.email).as_bytes(),
        ));
        [
            (format!("account:{account}"), FREE_ACCOUNT),
            (format!("address:{place}"), FREE_ADDRESS),
        ]
    }

    /// Refuses while the place or the account must wait; otherwise counts a failure, which [`Attempt::succeed`]
    /// takes back, and yields the person if there is one.
    ///
    /// # Errors
    /// `Throttled` with the seconds left.
    pub fn begin(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<User>> {
        for (subject, free) in self.subjects() {
            // Locked: another attempt on the same subject waits here, and then sees this one's failure.
            let (failures, last) = db::sign_in_failures::lock(conn, &subject, now)?;
            let left =
                (last + TimeDelta::seconds(wait_seconds(failures - free)) - now).num_seconds();
            if left > 0 {
                return Err(Error::Throttled(left.unsigned_abs()));
            }
            let fresh = now - last < TimeDelta::hours(FORGET_HOURS);
            let before = if fresh { failures } else { 0 };
            db::sign_in_failures::set(conn, &subject, before + 1, now)?;
        }
        let user = db::users::find_by_email(conn, &self.email)?;
        Ok(user.filter(|user| user.disabled_at.is_none()))
    }

    /// Forgets the account's failures after it signed in; the address keeps its own, save for this attempt.
    pub fn succeed(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        let [(account, _), (address, _)] = self.subjects();
        db::sign_in_failures::delete(conn, &account)?;
        let (failures, last) = db::sign_in_failures::lock(conn, &address, now)?;
        db::sign_in_failures::set(conn, &address, (failures - 1).max(0), last)
    }
}

/// Doubles with each failure over the free ones: 2, 4, 8 … seconds.
fn wait_seconds(over: i64) -> i64 {
    match over {
        ..0 => 0,
        over => 2_i64
            .checked_shl(u32::try_from(over.min(20)).unwrap_or(20))
            .unwrap_or(LONGEST)
            .min(LONGEST),
    }
}

/// True when the password is the person's; costs the same when there is no person.
///
/// # Errors
/// `Internal` when a stored digest can't be read.
pub fn password_fits(user: Option<&User>, typed: &str) -> Result<bool> {
    let digest = user.map_or(password::decoy(), |user| &user.password_digest);
    Ok(password::fits(typed, digest)? && user.is_some())
}
