//! The question before an edit that takes something away from a key in use: what, from whom, and what that breaks.

use crate::actions::key_losses::{self, Losses};
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::key_updates::Update;
use crate::domain::rate_limit::RateLimit;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Callers that are named; of more the number is told.
const NAMED: usize = 20;

/// The question, above the form that it is about.
#[derive(Debug, Clone)]
pub struct Narrowing {
    /// What is taken away, and who used it.
    pub lines: Vec<Line>,
    /// What breaks.
    pub radius: BlastRadius,
    /// The word that confirms this very loss.
    pub confirmed: String,
    /// What is wrong with what was typed as the last four characters.
    pub errors: FieldErrors,
}

/// Something that is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// "Authorization group: Full access → Read only".
    pub what: String,
    /// "Used in the last 7 days, and refused then:".
    pub told: String,
    /// Scopes or addresses.
    pub named: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl Line {
    fn new(what: String, told: &str, mut named: Vec<String>) -> Self {
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        Self {
            what,
            told: told.into(),
            named,
            more,
        }
    }
}

/// The question before this change; `None` when it takes nothing away, or when it was answered for this very change.
///
/// # Errors
/// `NotFound`; `Invalid` at `authorization_group`; `Unavailable` when requests can't be read.
pub async fn ask(
    state: &State,
    me: &SignedIn,
    id: KeyId,
    update: &Update,
    (confirmed, last4): (&str, &str),
) -> Result<Option<Narrowing>> {
    let (by, wanted) = (me.actor(), update.clone());
    let found = state
        .search(by.tenant, move |conn| {
            key_losses::find(conn, by.tenant, id, &wanted, by.now)
        })
        .await?;
    let Some((key, losses)) = found else {
        return Ok(None);
    };
    let radius = BlastRadius::load(state, me.member.tenant, &key, me.now()).await;
    let word = losses.word(&key, update);
    let mut errors = FieldErrors::default();
    if confirmed == word {
        match radius.check(last4) {
            Ok(()) => return Ok(None),
            Err(Error::Invalid(wrong)) => errors = wrong,
            Err(other) => return Err(other),
        }
    }
    Ok(Some(Narrowing {
        lines: lines(&key, losses),
        radius,
        confirmed: word,
        errors,
    }))
}

fn lines(key: &Key, losses: Losses) -> Vec<Line> {
    let group = losses.group.map(|loss| {
        let told = match loss.used.len() {
            0 => "As far as its requests of the last 7 days tell, it used nothing that it loses.",
            _ => "Used in the last 7 days, and refused from then on:",
        };
        let what = format!("Authorization group: {} → {}", key.group_name, loss.name);
        Line::new(what, told, loss.used)
    });
    let callers = losses.callers.map(|refused| {
        let (what, told) = match refused.len() {
            0 => (
                "The IP allowlist lets fewer addresses in".into(),
                "As far as its requests of the last 7 days tell, it refuses none of the callers.",
            ),
            1 => ("This list refuses a caller of the last 7 days".into(), ""),
            count => (
                format!("This list refuses {count} callers of the last 7 days"),
                "",
            ),
        };
        let name = |address: String| match address.as_str() {
            "" => "callers whose address is not known".into(),
            _ => address,
        };
        Line::new(what, told, refused.into_iter().map(name).collect())
    });
    let rate = losses.rate_limit.map(|limit| {
        let before = key.rate_limit.0;
        let what = format!("Rate limit: {} → {limit}", rate_text(before));
        Line::new(what, "Requests beyond it are refused with 429.", Vec::new())
    });
    [group, callers, rate].into_iter().flatten().collect()
}

/// "100 per minute", or "none".
fn rate_text(limit: Option<RateLimit>) -> String {
    limit.map_or_else(|| "none".into(), |limit| limit.to_string())
}
