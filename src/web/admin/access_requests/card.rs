//! What a tenant without integrations reads instead of them: what they are, why it does not have them, and how to ask.

use crate::actions::{access_requests, rollouts};
use crate::db::access_requests::AccessRequest;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::limits::Outcome;
use crate::domain::role::Actor;
use crate::domain::rollout::{Access, Feature};
use crate::web::shell::Moment;

const FEATURE: Feature = Feature::Integrations;

/// A request as the card tells it.
pub struct Told {
    /// When it was asked, or answered.
    pub at: Moment,
    /// Who asked.
    pub by: String,
    /// Why it was asked, or what support answered.
    pub text: String,
}

/// The card.
pub struct LockedCard {
    /// Why the tenant does not have them.
    pub why: &'static str,
    /// The person may ask.
    pub may_ask: bool,
    /// The request that waits for an answer.
    pub waiting: Option<Told>,
    /// The last request, if support declined it.
    pub declined: Option<Told>,
}

impl LockedCard {
    /// The card of the person's tenant; nothing when the tenant has integrations.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn find(conn: &mut Conn, by: &Actor) -> Result<Option<Self>> {
        let why = match rollouts::access(conn, by.tenant, FEATURE)? {
            Access::Available => return Ok(None),
            Access::NotOnPlan => "This is not part of your organization's plan.",
            Access::NotRolledOut => {
                "It is introduced step by step, and your organization's turn has not come yet."
            }
            Access::SwitchedOff => "Support switched it off for your organization.",
        };
        let last = db::access_requests::find_last(conn, by.tenant, FEATURE)?;
        let told = |at, by_whom: &str, text: &str| Told {
            at: Moment::past(at, by.now),
            by: by_whom.into(),
            text: text.into(),
        };
        let waiting = |open: &AccessRequest| told(open.asked_at, &open.asked_by, &open.reason);
        let declined = |last: &AccessRequest| {
            let answer = last.answer.as_deref().unwrap_or_default();
            let is_declined = last.outcome == Some(Outcome::Declined);
            let at = last.closed_at.filter(|_| is_declined)?;
            Some(told(at, &last.asked_by, answer))
        };
        Ok(Some(Self {
            why,
            may_ask: access_requests::may_ask(by),
            waiting: last
                .as_ref()
                .filter(|last| last.closed_at.is_none())
                .map(waiting),
            declined: last.as_ref().and_then(declined),
        }))
    }
}
