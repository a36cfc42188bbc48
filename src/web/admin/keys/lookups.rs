//! The key whose whole text somebody holds. The text comes in the body of a POST, is digested, and is shown nowhere.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::list::{Around, KeysPage, remember};
use super::query::{KeyQuery, LIST, ListQuery, View};
use super::recent_use::KeyUse;
use crate::actions::key_lookups::{self, Lookup, NOT_WHOLE};
use crate::domain::{Result, key_text};
use crate::key_search::page::ListPage;
use crate::web::admin::quota::Quota;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, see_other};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
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
    let lookup = look_up(&state, &me, form.key).await?;
    if !is_htmx(&request) {
        return Ok(lead_on(&request, &session, &lookup));
    }
    let (by, now) = (me.actor(), me.now());
    let whole = !matches!(lookup, Lookup::NoKey);
    let (quota, keys) = state
        .snapshot(move |conn| {
            let keys: Vec<_> = match lookup {
                Lookup::Found(key) => vec![*key],
                Lookup::Unknown | Lookup::NoKey => Vec::new(),
            };
            let used = KeyUse::load_all(conn, by.tenant, &keys, now)?;
            let keys: Vec<_> = keys.into_iter().zip(used).collect();
            Ok((Quota::find(conn, &by)?, keys))
        })
        .await?;
    let found = ListPage {
        matching: keys.len(),
        ..ListPage::default()
    };
    let query = KeyQuery {
        view: View::remembered(&request),
        ..KeyQuery::default()
    };
    // The part of the page that is answered has no more than the keys.
    let around = Around {
        quota,
        limit_note: None,
        others: Vec::new(),
        groups: Vec::new(),
        projects: Vec::new(),
        members: Vec::new(),
    };
    let mut page = KeysPage::new(&me, query, around, &found, keys, String::new());
    page.looked_up = true;
    page.whole = whole;
    page.respond(&request).await
}

/// `POST /tenant-api-keys/search`: the search of a browser without scripts, which can't tell a key from a word before
/// it sends either, and that for what may be a part of a key. A key is looked up; what may be a part of one is answered
/// here; words lead to the list's address.
///
/// # Errors
/// As [`create`]; `BadRequest` for words that the list's address can't hold.
pub async fn search(
    request: HttpRequest,
    session: Session,
    me: SignedIn,
    state: web::Data<State>,
    Form(typed): Form<ListQuery>,
) -> Answer<HttpResponse> {
    if key_text::appears_in(&typed.q) {
        let lookup = look_up(&state, &me, typed.q).await?;
        return Ok(lead_on(&request, &session, &lookup));
    }
    let remembered = View::remembered(&request);
    let asked = typed.read(remembered)?;
    if key_text::may_hold_part(&typed.q) {
        let shown = asked.without_words();
        let page = KeysPage::load(&state, &me, asked, shown, String::new()).await?;
        return page.kept_out_of_addresses().respond(&request).await;
    }
    let mut answer = see_other(&request, &asked.url());
    if asked.view != remembered {
        remember(&mut answer, asked.view);
    }
    Ok(answer)
}

async fn look_up(state: &State, me: &SignedIn, text: String) -> Result<Lookup> {
    let (tenant, peppers) = (me.member.tenant, state.index().peppers());
    state
        .read(move |conn| key_lookups::find(conn, tenant, &peppers, &text))
        .await
}

/// The answer has an address of its own, so that a reload does not send the key again.
fn lead_on(request: &HttpRequest, session: &Session, lookup: &Lookup) -> HttpResponse {
    let told = match lookup {
        Lookup::Found(key) => return see_other(request, &format!("{LIST}/{}", key.id)),
        Lookup::Unknown => NO_SUCH_KEY,
        Lookup::NoKey => NOT_WHOLE,
    };
    set_flash(session, told);
    see_other(request, LIST)
}
