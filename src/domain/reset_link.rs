//! A link by which a person chooses another password. It is computed of the password that they have now: once there is
//! another one, it opens nothing any more.

use chrono::TimeDelta;

use super::id::UserId;
use super::link_proof::LinkProof;
use super::pepper::{Pepper, Peppers};
use super::time::{Timestamp, from_micros};

/// Hours after which a link no longer works.
pub const HOURS: i64 = 24;

/// What the link carries.
#[derive(Clone)]
pub struct ResetLink {
    /// Whose password it is.
    pub user: UserId,
    /// When it ends.
    pub expires_at: Timestamp,
    proof: LinkProof,
}

impl ResetLink {
    /// A link that works from now on; `digest` is the stored one of the person's password.
    pub fn new(user: UserId, digest: &str, now: Timestamp, pepper: &Pepper) -> Self {
        Self::until(now + TimeDelta::hours(HOURS), user, digest, pepper)
    }

    /// As [`ResetLink::new`], with another end.
    pub fn until(end: Timestamp, user: UserId, digest: &str, pepper: &Pepper) -> Self {
        let expires_at = from_micros(end.timestamp_micros());
        Self {
            user,
            expires_at,
            proof: LinkProof::new(&proven(user, expires_at, digest), pepper),
        }
    }

    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.expires_at - TimeDelta::hours(HOURS)
    }

    /// The page that it opens.
    pub fn path(&self) -> String {
        let end = self.expires_at.timestamp_micros();
        let token = format!("{}.{end}.{}", self.user, self.proof.text());
        format!("/password-reset?token={token}")
    }

    /// The link of this text; `None` for what never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (user, end, proof) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && end.len() <= 16;
        let micros = end.parse::<u64>().ok().filter(|_| is_whole)?;
        Some(Self {
            user: user.parse().ok()?,
            expires_at: from_micros(i64::try_from(micros).ok()?),
            proof: LinkProof::parse(proof)?,
        })
    }

    /// True while the link works for a person whose password has this digest.
    pub fn opens(&self, digest: &str, peppers: &Peppers, now: Timestamp) -> bool {
        let text = proven(self.user, self.expires_at, digest);
        now < self.expires_at && self.proof.holds(&text, peppers)
    }
}

fn proven(user: UserId, expires_at: Timestamp, digest: &str) -> String {
    let end = expires_at.timestamp_micros();
    format!("keystead password reset {user} {end} {digest}")
}
