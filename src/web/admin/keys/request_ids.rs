//! The id of a request in the search: it leads to the key that the request was made with.

use crate::actions::key_lookups;
use crate::domain::Result;
use crate::key_search::lists::ListRequest;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// A request that was searched for.
pub struct OfRequest {
    /// Its id.
    pub id: String,
    /// It is on record, so that it can be explained.
    pub known: bool,
}

/// The list to look for: where a request's id was typed, that with the request's key.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn resolve(
    state: &State,
    me: &SignedIn,
    wanted: &ListRequest,
) -> Result<(ListRequest, Option<OfRequest>)> {
    let mut wanted = wanted.clone();
    let Some(id) = wanted.filter.request() else {
        return Ok((wanted, None));
    };
    let by = me.actor();
    let key = state
        .read(move |conn| key_lookups::of_request(conn, &by, id))
        .await?;
    if let Some(key) = key {
        wanted.filter.words = key.to_string();
    }
    let is_of_a_stranger = || state.index().strangers().find(id).is_some();
    let of_request = OfRequest {
        id: id.to_string(),
        known: key.is_some() || is_of_a_stranger(),
    };
    Ok((wanted, Some(of_request)))
}
