//! Choosing one key of thousands by typing: the field on the usage page and in the request log.

use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::{Result, key_text};
use crate::key_search::filter::{Column, KeyFilter, Sort};
use crate::key_search::lists::ListRequest;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Keys that are offered at once; whoever looks for another types more of it.
const OFFERED: usize = 20;

/// A key to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChoice {
    /// Its id.
    pub id: KeyId,
    /// What stands in the field when it is chosen: its name and the visible ends of its secret.
    pub text: String,
}

/// Which keys a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// The field was left empty.
    Any,
    /// This one, by its id or as the only one; nobody looked whether the id is the tenant's.
    One(KeyId),
    /// Any of these, and perhaps of more.
    Several(Vec<KeyChoice>),
    /// No listed key.
    None,
    /// The text of a whole key, which must not be in an address.
    Secret,
}

/// Which of the tenant's keys somebody means.
///
/// # Errors
/// `BadRequest` for a text that is too long; `Unavailable` when the database is away.
pub async fn pick(state: &State, me: &SignedIn, typed: &str) -> Result<Picked> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Picked::Any);
    }
    if key_text::appears_in(typed) {
        return Ok(Picked::Secret);
    }
    if let Ok(id) = typed.parse() {
        return Ok(Picked::One(id));
    }
    let found = offer(state, me, typed).await?;
    // A name may hold another key's; the text of a choice means that choice.
    let exact = found.iter().find(|choice| choice.text == typed);
    Ok(match (exact, &found[..]) {
        (Some(one), _) | (None, [one]) => Picked::One(one.id),
        (None, []) => Picked::None,
        (None, _) => Picked::Several(found),
    })
}

/// The first keys by name that a text finds; of an empty one the first of all.
///
/// # Errors
/// As [`pick`].
pub async fn offer(state: &State, me: &SignedIn, typed: &str) -> Result<Vec<KeyChoice>> {
    let by = me.actor();
    let wanted = ListRequest {
        filter: KeyFilter::parse(typed, "", "")?,
        sort: Sort::first(Column::Name),
        after: None,
        limit: OFFERED,
    };
    let keys = state
        .key_list(by.tenant, wanted, by.now, |_, _, keys| Ok(keys))
        .await?;
    let choice = |key: &Key| KeyChoice {
        id: key.id,
        text: text_of(key),
    };
    Ok(keys.iter().map(choice).collect())
}

/// What stands in the field when this key is chosen.
pub fn text_of(key: &Key) -> String {
    text(&key.name, &key_text::hint(&key.key_prefix, &key.last4))
}

/// The same, of its name and the visible ends of its secret.
pub fn text(name: &str, hint: &str) -> String {
    format!("{name} {hint}")
}
