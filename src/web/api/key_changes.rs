//! Changes of a key that are answered by the key as it is then.

use actix_web::HttpResponse;

use super::caller::Caller;
use super::key_views;
use crate::db::Conn;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::role::Actor;
use crate::web::failure::Answer;
use crate::web::state::State;

/// Makes a change of this key.
///
/// # Errors
/// Those of `action`, and of [`State::change`].
pub async fn change(
    caller: Caller,
    state: &State,
    id: KeyId,
    action: impl FnOnce(&mut Conn, &Actor, KeyId) -> Result<Key> + Send + 'static,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    let key = state
        .change(by, move |conn, by| action(conn, by, id))
        .await?;
    Ok(HttpResponse::Ok().json(key_views::Key::new(key, None, caller.now)))
}
