//! What questions about an integration have in common: who gets the organisation's credential, and the ways back.

use super::at::{At, There};
use crate::actions::inheritors::{self, Inheritor};
use crate::domain::Result;
use crate::domain::environment::Environment;
use crate::web::admin::confirmation::Confirmation;
use crate::web::numbers::counted;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Projects that are named; of more than these only the number.
const NAMED: usize = 8;

/// Who gets the organisation's credential, for a question about it.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn inheritors_of(
    state: &State,
    me: &SignedIn,
    there: &There<'_>,
    environment: Environment,
) -> Result<Vec<Inheritor>> {
    let (by, slug) = (me.actor(), there.entry.slug.clone());
    state
        .snapshot(move |conn| inheritors::list(conn, by.tenant, &slug, environment, by.now))
        .await
}

/// Each project with its requests of the last 24 hours, as facts of a question.
pub fn named(inheritors: &[Inheritor]) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = inheritors
        .iter()
        .take(NAMED)
        .map(|one| {
            let times = counted(one.reads, "time", "times");
            (
                one.name.clone(),
                format!("Got it {times} in the last 24 hours"),
            )
        })
        .collect();
    if let Some(more) = inheritors.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let more = counted(
            i64::try_from(more).unwrap_or_default(),
            "project",
            "projects",
        );
        facts.push(("And".into(), format!("{more} more")));
    }
    facts
}

/// What all questions about integrations share.
pub fn question(me: &SignedIn, at: &At, facts: Vec<(String, String)>) -> Confirmation {
    Confirmation {
        csrf: me.csrf.clone(),
        cancel: at.page(),
        target: "#modal-root".into(),
        swap: "innerHTML",
        facts,
        ..Confirmation::default()
    }
}
