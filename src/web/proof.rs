//! The proof that a change reached every server, in words: how many confirmed it, and how long that took.

use super::signed_in::SignedIn;
use super::state::State;
use crate::db::change_confirmations::Confirmation;
use crate::db::confirmed_events;
use crate::domain::id::{KeyId, TenantId};

/// "3 of 3 servers in 14 ms".
pub fn servers(of: &Confirmation) -> String {
    let (nodes, waited) = (of.nodes, time(of.waited_ms));
    let silent = match (of.nodes, of.lapsed) {
        (0, _) => return format!("no server in {waited}, by when every lease had run out"),
        (1, 0) => return format!("the only server in {waited}"),
        (_, 0) => return format!("{nodes} of {nodes} servers in {waited}"),
        (1, 1) => "it",
        (2, 1) => "the other one",
        (3, 1) => "the third one",
        (_, 1) => "one",
        _ => "the others",
    };
    let confirmed = of.confirmed();
    format!("{confirmed} of {nodes} servers; {silent} had stopped answering (waited {waited})")
}

/// "14 ms", "5.2 s", with spaces that no line ends at.
fn time(millis: i64) -> String {
    match millis {
        ..1_000 => format!("{millis}\u{a0}ms"),
        _ => format!("{}.{}\u{a0}s", millis / 1_000, millis % 1_000 / 100),
    }
}

/// What an answer adds to what it says of a key that this request changed.
pub async fn told_of_key(state: &State, me: &SignedIn, key: KeyId) -> String {
    let by = me.actor();
    told(state, by.tenant, key.to_string(), &by.request_id).await
}

/// What an answer adds to what it says: " Confirmed by 3 of 3 servers in 14 ms." of the change that this request made to
/// an object of a tenant. Empty where there is one server, which has applied the change by then.
pub async fn told(state: &State, tenant: TenantId, object: String, request_id: &str) -> String {
    if !state.is_shared() {
        return String::new();
    }
    let found = state
        .read(move |conn| confirmed_events::newest(conn, tenant, &object))
        .await;
    match found {
        Ok(Some((event, of))) if event.request_id == request_id => {
            format!(" Confirmed by {}.", servers(&of))
        }
        // The change stands, whether or not its proof can be read now.
        _ => String::new(),
    }
}
