//! The key whose whole text somebody holds. The text comes in the body of a POST, is digested, and is shown nowhere.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::key_lists::KeysPage;
use super::key_query::{KeyQuery, LIST, View};
use super::key_use::KeyUse;
use super::keys::Quota;
use crate::actions::key_lookups;
use crate::domain::key_directory::Found;
use crate::web::errors::Answer;
use crate::web::extract::SignedIn;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, see_other};
use crate::web::session::set_flash;
use crate::web::state::State;

/// Said of a text that is no key of the tenant.
const NO_SUCH_KEY: &str = "No key of this organization has that text.";

/// The text of a key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupForm {
    key: String,
}

/// `POST /tenant-api-keys/lookup`: the list with this one key, or with none; without scripts its page.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn create(
    request: HttpRequest,
    session: Session,
    me: SignedIn,
    state: web::Data<State>,
    Form(form): Form<LookupForm>,
) -> Answer<HttpResponse> {
    let (by, now, peppers) = (me.actor(), me.now(), state.index().peppers());
    let (quota, keys) = state
        .snapshot(move |conn| {
            let key = key_lookups::find(conn, by.tenant, &peppers, &form.key)?;
            let keys: Vec<_> = key.into_iter().collect();
            let used = KeyUse::load_all(conn, by.tenant, &keys, now)?;
            let keys: Vec<_> = keys.into_iter().zip(used).collect();
            Ok((Quota::find(conn, &by)?, keys))
        })
        .await?;
    if !is_htmx(&request) {
        // The answer has an address of its own, so that a reload does not send the key again.
        let place = match keys.first() {
            Some((key, _)) => format!("{LIST}/{}", key.id),
            None => LIST.to_owned(),
        };
        if keys.is_empty() {
            set_flash(&session, NO_SUCH_KEY);
        }
        return Ok(see_other(&request, &place));
    }
    let found = Found {
        matching: keys.len(),
        ..Found::default()
    };
    let query = KeyQuery {
        view: View::remembered(&request),
        ..KeyQuery::default()
    };
    let mut page = KeysPage::new(&me, query, (quota, None), &found, keys, String::new());
    page.looked_up = true;
    page.respond(&request)
}
