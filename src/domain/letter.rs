//! Messages by mail: what each is about, and with how much patience it is sent.
//!
//! A letter names things and holds no link: that is computed when it leaves, so a copy of the database opens nothing.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::id::{InvitationId, UserId};
use super::time::Timestamp;

/// Minutes between one attempt and the next: seven attempts within a day.
const WAITS: [i64; 6] = [1, 5, 30, 120, 360, 720];
/// Minutes for which a message belongs to whoever took it in hand; longer than any attempt lasts.
const IN_HAND: i64 = 2;

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// Somebody is asked to join a tenant.
    Invitation {
        /// The invitation, while it is open.
        id: InvitationId,
    },
    /// Somebody who can't sign in typed this address; whether it has an account is looked at later.
    ResetRequest {
        /// From where.
        address: String,
        /// The request's id.
        request_id: String,
    },
    /// A link by which a person chooses another password.
    ResetLink {
        /// Whose password.
        user: UserId,
        /// When the link ends, in microseconds.
        expires_at: i64,
        /// A word for the password that it replaces: once there is another one, the link is not sent.
        password: String,
        /// The admin who made it; nobody when the person asked.
        by: Option<String>,
    },
    /// Something about signing in changed, or looks wrong.
    Notice {
        /// Whom it concerns.
        user: UserId,
        /// What.
        what: Change,
        /// When, in microseconds.
        at: i64,
        /// From where; may be unknown.
        address: String,
        /// Who did it, when it was not the person.
        by: Option<String>,
    },
}

/// What people are told about their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Another password.
    Password,
    /// Another address to sign in with; told to the one before.
    Email,
    /// A second factor is asked for from now on.
    SecondFactorOn,
    /// None is any more.
    SecondFactorOff,
    /// New recovery codes; the old ones are worth nothing.
    RecoveryCodes,
    /// A recovery code was used in place of the app.
    RecoveryCodeUsed,
    /// Somebody gave the right password and wrong codes.
    WrongCodes,
}

impl Letter {
    /// As rows keep it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The letter of this text.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// A word for it, for the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::ResetRequest { .. } => "reset request",
            Self::ResetLink { .. } => "reset link",
            Self::Notice { .. } => "notice",
        }
    }
}

/// Until when a message that is taken in hand now belongs to who took it.
pub fn in_hand_until(now: Timestamp) -> Timestamp {
    now + TimeDelta::minutes(IN_HAND)
}

/// When a message is tried again after this many attempts in vain; `None` when it is given up.
pub fn next_attempt(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    let last = usize::try_from(attempts).ok()?.checked_sub(1)?;
    WAITS.get(last).map(|wait| now + TimeDelta::minutes(*wait))
}

/// True when a message was taken in hand so often that no other attempt is made.
pub fn is_worn_out(attempts: i32) -> bool {
    usize::try_from(attempts).is_ok_and(|attempts| attempts > WAITS.len() + 1)
}
