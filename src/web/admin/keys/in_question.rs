//! The key of a question that comes before a deed.

use crate::db;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::right::Right;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The key of a question that only those may be asked who may change it.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn key_in_question(state: &State, me: &SignedIn, id: KeyId) -> Result<Key> {
    me.actor().must_hold(Right::ChangeKeys)?;
    let tenant = me.member.tenant;
    state
        .read(move |conn| db::keys::find(conn, tenant, id))
        .await
}
