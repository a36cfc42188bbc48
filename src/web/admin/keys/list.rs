//! Administration > API Keys: the list, as a table or as cards.

use actix_session::Session;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::query::{KeyQuery, LIST, ListQuery, View};
use super::recent_use::KeyUse;
use super::row::KeyRow;
use crate::db::keys::Key;
use crate::domain::key::State as KeyState;
use crate::domain::{Error, Result, key_text};
use crate::key_search::directory::ListPage;
use crate::key_search::filter::{Column, Expiration, KEY_IN_URL, Need, Sort};
use crate::key_search::lists;
use crate::key_search::sieve::UNUSED_DAYS;
use crate::web::admin::limit_note::LimitNote;
use crate::web::admin::quota::Quota;
use crate::web::failure::Answer;
use crate::web::numbers::{counted, grouped};
use crate::web::respond::{html, is_htmx, page, see_other, with_events};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// A choice of the status filter.
struct StatusChoice {
    /// The word in addresses; empty for all.
    word: &'static str,
    /// Its id on the page.
    id: &'static str,
    label: &'static str,
    count: String,
    chosen: bool,
}

impl StatusChoice {
    fn all(found: &ListPage, query: &KeyQuery) -> Vec<Self> {
        let choice = |state: Option<KeyState>| Self {
            word: state.map_or("", KeyState::as_str),
            id: state.map_or("all", KeyState::as_str),
            label: state.map_or("All", KeyState::label),
            count: grouped(whole(
                state.map_or(found.counts.all, |state| found.counts.of(state)),
            )),
            chosen: query.wanted.filter.status == state,
        };
        let states = std::iter::once(None).chain(KeyState::ALL.map(Some));
        states.map(choice).collect()
    }
}

/// A choice of the order, where the table has no heads to sort by.
struct SortChoice {
    word: String,
    label: &'static str,
    chosen: bool,
}

/// A head of a column that sorts by it.
struct SortHead {
    label: &'static str,
    class: &'static str,
    href: String,
    /// `ascending`, `descending`, or empty when the list is sorted by another column.
    now: &'static str,
}

/// A line of "Needs attention".
struct NeedLine {
    text: String,
    href: String,
}

/// The list and what stands around it.
#[derive(Template)]
#[template(path = "keys/index.html", blocks = ["keys"])]
pub(super) struct KeysPage {
    pub(super) shell: Shell,
    crumbs: Vec<Crumb>,
    quota: Quota,
    limit_note: Option<LimitNote>,
    query: KeyQuery,
    statuses: Vec<StatusChoice>,
    needs: Vec<NeedLine>,
    rows: Vec<KeyRow>,
    next: Option<String>,
    matching: String,
    /// Seconds by which an order or a choice by last use may be old; `None` where nobody would see it.
    lag: Option<String>,
    /// The tenant has at least one key.
    any: bool,
    highlight: String,
    /// The list is the answer to a whole key, which is nowhere in it.
    pub(super) looked_up: bool,
    /// What was looked up is a whole key.
    pub(super) whole: bool,
}

/// What changes beside the list when it does: the counts of the status filter.
#[derive(Template)]
#[template(path = "keys/_found.html")]
struct Beside<'a> {
    statuses: &'a [StatusChoice],
}

impl KeysPage {
    /// The page with these keys.
    pub(super) fn new(
        me: &SignedIn,
        query: KeyQuery,
        (quota, limit_note): (Quota, Option<LimitNote>),
        found: &ListPage,
        keys: Vec<(Key, KeyUse)>,
        highlight: String,
    ) -> Self {
        let now = me.now();
        let back = query.as_back();
        let rows = keys.into_iter().map(|(key, used)| {
            let lit = key.id.text().as_str() == highlight;
            KeyRow::new(key, used, now, lit, quota.may_generate).in_list(&me.csrf, &back)
        });
        Self {
            shell: me.shell.clone(),
            crumbs: crumbs(None),
            statuses: StatusChoice::all(found, &query),
            needs: needs(found, &quota),
            rows: rows.collect(),
            next: found.next.as_ref().map(|mark| query.url_after(mark)),
            matching: grouped(whole(found.matching)),
            lag: lag_of(&query, found.totals.all),
            any: found.totals.all > 0,
            quota,
            limit_note,
            query,
            highlight,
            looked_up: false,
            whole: true,
        }
    }

    fn cards(&self) -> bool {
        self.query.view == View::Cards
    }

    /// Not the first page.
    fn is_later(&self) -> bool {
        self.query.wanted.after.is_some()
    }

    fn filtered(&self) -> bool {
        !self.query.wanted.filter.is_empty()
    }

    /// What the list is restricted to: "“sap”, Active".
    fn restrictions(&self) -> String {
        let filter = &self.query.wanted.filter;
        let mut parts = Vec::new();
        if !filter.words.is_empty() {
            parts.push(format!("“{}”", filter.words));
        }
        if let Some(state) = filter.status {
            parts.push(state.label().to_owned());
        }
        if filter.expiration != Expiration::Any {
            parts.push(filter.expiration.label().to_owned());
        }
        match filter.need {
            None => {}
            Some(Need::Unused) => parts.push(format!("Not used for {UNUSED_DAYS} days")),
            Some(Need::Rotating) => parts.push("Rotation running".into()),
        }
        match parts.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => parts.concat(),
        }
    }

    fn heads(&self) -> [SortHead; 4] {
        Column::ALL.map(|column| {
            let (label, class) = match column {
                Column::Name => ("Name", "c-name"),
                Column::Created => ("Created", "c-created"),
                Column::Expires => ("Expires", "c-expires"),
                Column::Used => ("Last used", "c-used"),
            };
            let sort = self.query.wanted.sort;
            SortHead {
                label,
                class,
                href: self.query.url_sorted(column),
                now: match (sort.column == column, sort.descending) {
                    (false, _) => "",
                    (true, true) => "descending",
                    (true, false) => "ascending",
                },
            }
        })
    }

    fn sorts(&self) -> [SortChoice; 8] {
        let by = |column, descending, label| {
            let sort = Sort { column, descending };
            SortChoice {
                word: sort.word(),
                label,
                chosen: self.query.wanted.sort == sort,
            }
        };
        [
            by(Column::Created, true, "Newest first"),
            by(Column::Created, false, "Oldest first"),
            by(Column::Name, false, "Name, A to Z"),
            by(Column::Name, true, "Name, Z to A"),
            by(Column::Expires, false, "Expires soonest"),
            by(Column::Expires, true, "Expires latest"),
            by(Column::Used, true, "Recently used first"),
            by(Column::Used, false, "Unused longest first"),
        ]
    }

    /// The page, or for htmx the list and what changes with it.
    pub(super) fn respond(&self, request: &HttpRequest) -> Answer<HttpResponse> {
        if !is_htmx(request) {
            return page(StatusCode::OK, self);
        }
        let mut body = self.as_keys().render().map_err(Error::internal)?;
        let beside = Beside {
            // A look-up leaves the filter as it is.
            statuses: if self.looked_up { &[] } else { &self.statuses },
        };
        body.push_str(&beside.render().map_err(Error::internal)?);
        let told = format!("{} found", counted_keys(&self.matching));
        // An event, not a part of the page: the same words twice are then said twice.
        let events = json!({ "announce": { "text": told } });
        let mut answer = with_events(html(StatusCode::OK, body), &events);
        if let Ok(url) = HeaderValue::from_str(&self.query.url()) {
            let name = HeaderName::from_static("hx-replace-url");
            answer.headers_mut().insert(name, url);
        }
        Ok(answer)
    }
}

fn lag_of(query: &KeyQuery, keys: usize) -> Option<String> {
    let column = query.wanted.sort.column;
    let by_use = column == Column::Used || query.wanted.filter.need == Some(Need::Unused);
    let seconds = lists::lag(keys, column);
    (by_use && seconds >= 5).then(|| grouped(seconds))
}

/// What changes beside the list that somebody looks at when one of its keys does, and how many keys match.
///
/// # Errors
/// `Unavailable` when the database is away.
pub(super) async fn beside_change(
    request: &HttpRequest,
    state: &State,
    me: &SignedIn,
) -> Result<(String, usize)> {
    let (by, query) = (me.actor(), KeyQuery::shown(request));
    let wanted = query.wanted.clone();
    let found = state
        .key_list(by.tenant, wanted, by.now, |_, found, _| Ok(found))
        .await?;
    let statuses = &StatusChoice::all(&found, &query);
    let counts = Beside { statuses }.render().map_err(Error::internal)?;
    Ok((counts, found.matching))
}

fn counted_keys(count: &str) -> String {
    match count {
        "0" => "No keys".into(),
        "1" => "1 key".into(),
        _ => format!("{count} keys"),
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What somebody should look at.
fn needs(found: &ListPage, quota: &Quota) -> Vec<NeedLine> {
    let mut needs = Vec::new();
    let (expiring, unused) = (found.attention.expiring, found.attention.unused);
    if expiring > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(expiring),
                "active key expires within 14 days",
                "active keys expire within 14 days",
            ),
            href: format!("{LIST}?status=active&expiration=expiring-soon&sort=expires"),
        });
    }
    if unused > 0 {
        let text = counted(whole(unused), "active key was", "active keys were");
        needs.push(NeedLine {
            text: format!("{text} not used for {UNUSED_DAYS} days"),
            href: format!("{LIST}?need=unused&sort=used"),
        });
    }
    let rotating = found.attention.rotating;
    if rotating > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(rotating),
                "rotation is running",
                "rotations are running",
            ),
            href: format!("{LIST}?need=rotating"),
        });
    }
    if quota.full {
        needs.push(NeedLine {
            text: format!(
                "The limit of {} is reached",
                counted(quota.limit, "key", "keys")
            ),
            href: format!("{LIST}?expiration=valid&sort=used"),
        });
    }
    needs
}

/// `GET /tenant-api-keys`. A search that holds a whole key is taken out of the address, and its sender told.
///
/// # Errors
/// `BadRequest` when a word or a page mark of the address was not made by us.
pub async fn index(
    request: HttpRequest,
    session: Session,
    me: SignedIn,
    state: web::Data<State>,
    query: web::Query<ListQuery>,
) -> Answer<HttpResponse> {
    if key_text::appears_in(&query.q) {
        set_flash(&session, KEY_IN_URL);
        return Ok(see_other(&request, LIST));
    }
    let remembered = View::remembered(&request);
    let asked = query.read(remembered)?;
    let (by, now) = (me.actor(), me.now());
    let (tenant, wanted) = (by.tenant, asked.wanted.clone());
    let (limit, found, keys) = state
        .key_list(tenant, wanted, now, move |conn, found, keys| {
            let count = |state| whole(found.totals.of(state));
            let counting = count(KeyState::Active) + count(KeyState::Disabled);
            let quota = Quota::with_used(conn, &by, counting)?;
            let used = KeyUse::load_all(conn, by.tenant, &keys, now)?;
            let note = LimitNote::find(conn, by.tenant, now)?;
            let keys = keys.into_iter().zip(used).collect();
            Ok(((quota, note), found, keys))
        })
        .await?;
    let view = asked.view;
    let highlight = query.into_inner().highlight;
    let page = KeysPage::new(&me, asked, limit, &found, keys, highlight);
    let mut answer = page.respond(&request)?;
    if view != remembered {
        remember(&mut answer, view);
    }
    Ok(answer)
}

/// Shows the list in the same way next time.
pub(super) fn remember(answer: &mut HttpResponse, view: View) {
    let cookie = Cookie::build("view", view.as_str())
        .path(LIST)
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .finish();
    if answer.add_cookie(&cookie).is_err() {
        tracing::warn!("the view cookie could not be written");
    }
}
