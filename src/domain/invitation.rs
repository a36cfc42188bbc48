//! An invitation to join a tenant, and the link that is its only proof.
//!
//! The link is computed of the invitation, so it can be shown again while it works.

use chrono::TimeDelta;

use super::Result;
use super::id::InvitationId;
use super::link_proof::LinkProof;
use super::pepper::{Pepper, Peppers};
use super::role::Role;
use super::time::Timestamp;
use super::validate::{self, FieldErrors};

/// Days after which a link no longer works.
pub const DAYS: i64 = 7;

/// When the link of an invitation made or renewed now ends.
pub fn expiry(now: Timestamp) -> Timestamp {
    now + TimeDelta::days(DAYS)
}

/// Who is asked to join, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Lower-case e-mail address.
    pub email: String,
    /// Role in the tenant.
    pub role: Role,
}

impl Draft {
    /// Checks both fields.
    ///
    /// # Errors
    /// `Invalid` with a message at `email` and `role`.
    pub fn check(email: &str, role: &str) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", validate::email(email));
        let role = Role::of_word(role);
        if role.is_none() {
            errors.add("role", super::role::CHOOSE);
        }
        errors.into_result()?;
        Ok(Self {
            email,
            role: role.unwrap_or(Role::Viewer),
        })
    }
}

/// What the link of an invitation carries.
#[derive(Clone)]
pub struct Link {
    /// The invitation.
    pub id: InvitationId,
    proof: LinkProof,
}

impl Link {
    /// The link of an invitation that ends at an instant: another end, another link.
    pub fn new(id: InvitationId, expires_at: Timestamp, pepper: &Pepper) -> Self {
        Self {
            id,
            proof: LinkProof::new(&proven(id, expires_at), pepper),
        }
    }

    /// As part of an address.
    pub fn text(&self) -> String {
        format!("{}.{}", self.id, self.proof.text())
    }

    /// The page that it opens.
    pub fn path(&self) -> String {
        format!("/invitation?token={}", self.text())
    }

    /// The link of this text; `None` for what never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, proof) = text.split_once('.')?;
        Some(Self {
            id: id.parse().ok()?,
            proof: LinkProof::parse(proof)?,
        })
    }

    /// True when this is the link of the invitation that ends then.
    pub fn proves(&self, expires_at: Timestamp, peppers: &Peppers) -> bool {
        self.proof.holds(&proven(self.id, expires_at), peppers)
    }
}

fn proven(id: InvitationId, expires_at: Timestamp) -> String {
    format!("keystead invitation {id} {}", expires_at.timestamp_micros())
}
