//! A browser in which somebody signed in to an account before: what its cookie says, until they have another password.
//!
//! Whoever guesses passwords of the account elsewhere makes it wait no longer, nor takes its place in the queue.

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::Result;
use super::link_proof::LinkProof;
use super::pepper::{Pepper, Peppers};
use super::time::{Timestamp, from_micros};
use super::{random, text_form};

/// Days for which a browser is known.
pub const DAYS: i64 = 180;

/// What the cookie carries.
#[derive(Clone)]
pub struct KnownBrowser {
    /// Its own, so that it is patient with this browser alone.
    id: String,
    expires_at: Timestamp,
    /// Tells one password from the next.
    password: String,
    proof: LinkProof,
}

impl KnownBrowser {
    /// A browser in which the person with this address signed in; `digest` is the stored one of their password.
    ///
    /// # Errors
    /// `Unavailable` without randomness.
    pub fn new(email: &str, digest: &str, now: Timestamp, pepper: &Pepper) -> Result<Self> {
        let id = random::hex(&random::bytes::<16>()?);
        let expires_at = from_micros((now + TimeDelta::days(DAYS)).timestamp_micros());
        let password = tag(digest);
        let text = proven(email, &id, expires_at, &password);
        Ok(Self {
            id,
            expires_at,
            password,
            proof: LinkProof::new(&text, pepper),
        })
    }

    /// What the cookie has as its value.
    pub fn text(&self) -> String {
        let end = self.expires_at.timestamp_micros();
        format!("{}.{end}.{}.{}", self.id, self.password, self.proof.text())
    }

    /// The browser of this value; `None` for what never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (id, end) = (parts.next()?, parts.next()?);
        let (password, proof) = (parts.next()?, parts.next()?);
        let is_whole =
            parts.next().is_none() && id.len() == 32 && end.len() <= 16 && password.len() == 16;
        let micros = end.parse::<u64>().ok().filter(|_| is_whole)?;
        Some(Self {
            id: id.to_owned(),
            expires_at: from_micros(i64::try_from(micros).ok()?),
            password: password.to_owned(),
            proof: LinkProof::parse(proof)?,
        })
    }

    /// Its own id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// True when it is known to the account with this address.
    pub fn knows(&self, email: &str, peppers: &Peppers, now: Timestamp) -> bool {
        let text = proven(email, &self.id, self.expires_at, &self.password);
        now < self.expires_at && self.proof.holds(&text, peppers)
    }

    /// True while the password is the one with which somebody signed in there.
    pub fn is_of_password(&self, digest: &str) -> bool {
        self.password == tag(digest)
    }
}

/// Of a digest with a salt, so it tells nothing about the password.
fn tag(digest: &str) -> String {
    let mut tag = random::hex(&Sha256::digest(digest.as_bytes()));
    tag.truncate(16);
    tag
}

fn proven(email: &str, id: &str, expires_at: Timestamp, password: &str) -> String {
    let (email, end) = (text_form::email(email), expires_at.timestamp_micros());
    format!("keystead known browser {id} {end} {password} {email}")
}
