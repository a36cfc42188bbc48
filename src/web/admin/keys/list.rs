//! Administration > API Keys: the list, as a table or as cards.

use std::sync::Arc;

use actix_session::Session;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::choices::{
    Choice, SortChoice, SortHead, StatusChoice, environment_label, restrictions, whole,
};
use super::needs::{self, NeedLine};
use super::query::{KeyQuery, LIST, ListQuery, View};
use super::recent_use::KeyUse;
use super::request_ids::{self, OfRequest};
use super::row::KeyRow;
use crate::actions::credential_warnings;
use crate::db;
use crate::db::groups::Group;
use crate::db::keys::Key;
use crate::db::members::Member;
use crate::db::projects::Project;
use crate::domain::environment::Environment;
use crate::domain::key::State as KeyState;
use crate::domain::right::Right;
use crate::domain::{Error, Result, key_text};
use crate::key_search::filter::{Column, Expiration, KEY_IN_URL, Need};
use crate::key_search::lists;
use crate::key_search::page::ListPage;
use crate::web::admin::limit_note::LimitNote;
use crate::web::admin::quota::Quota;
use crate::web::failure::Answer;
use crate::web::numbers::grouped;
use crate::web::respond::{is_htmx, page, part, see_other, with_events};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

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
    groups: Vec<Choice>,
    projects: Vec<Choice>,
    owners: Vec<Choice>,
    rows: Vec<KeyRow>,
    /// The number of the first key of the page, counted from 1.
    first: usize,
    previous: Option<String>,
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
    /// What was searched is the id of a request.
    pub(super) request: Option<OfRequest>,
    /// What was searched may be a part of a key: it stands in no address, and no page follows.
    in_body: bool,
}

/// What a page of the list shows beside its keys.
pub(super) struct Around {
    pub(super) quota: Quota,
    pub(super) limit_note: Option<LimitNote>,
    /// Leaked keys, and credentials of other services that need attention.
    pub(super) others: Vec<NeedLine>,
    /// The tenant's groups, to choose from.
    pub(super) groups: Vec<Group>,
    /// The tenant's projects, to choose from.
    pub(super) projects: Vec<Project>,
    /// The tenant's members, to choose from.
    pub(super) members: Vec<Member>,
}

/// What changes beside the list when it does: the counts of the status filter.
#[derive(Template)]
#[template(path = "keys/_found.html")]
struct Beside<'a> {
    statuses: &'a [StatusChoice],
}

impl KeysPage {
    /// The page of what is asked for. Its links and its address are those of `shown`.
    pub(super) async fn load(
        state: &State,
        me: &SignedIn,
        asked: KeyQuery,
        shown: KeyQuery,
        highlight: String,
    ) -> Result<Self> {
        let (by, now) = (me.actor(), me.now());
        by.must_hold(Right::SeeKeys)?;
        let tenant = by.tenant;
        let (wanted, of_request) = request_ids::resolve(state, me, &asked.wanted).await?;
        let catalogue = Arc::clone(&state.catalogue);
        let (around, found, keys) = state
            .key_list(tenant, wanted, now, move |conn, found, keys| {
                let count = |state| whole(found.totals.of(state));
                let counting = count(KeyState::Active) + count(KeyState::Disabled);
                let quota = Quota::with_used(conn, &by, counting)?;
                let used = KeyUse::load_all(conn, by.tenant, &keys, now)?;
                let warned = credential_warnings::list(conn, by.tenant, now)?;
                let mut others = needs::of_leaked(&db::leaked_keys::list(conn, by.tenant)?, now);
                others.extend(needs::of_credentials(warned, &catalogue, now));
                let around = Around {
                    quota,
                    limit_note: LimitNote::find(conn, by.tenant, now)?,
                    others,
                    groups: db::groups::list(conn, by.tenant)?,
                    projects: db::projects::list(conn, by.tenant)?,
                    members: db::members::list(conn, by.tenant)?,
                };
                let keys = keys.into_iter().zip(used).collect();
                Ok((around, found, keys))
            })
            .await?;
        let mut page = Self::new(me, shown, around, &found, keys, highlight);
        page.request = of_request;
        Ok(page)
    }

    /// The answer to what may be a part of a key: no address holds it, so there is no page before or behind.
    pub(super) fn kept_out_of_addresses(self) -> Self {
        Self {
            in_body: true,
            previous: None,
            next: None,
            ..self
        }
    }

    /// The page with these keys.
    pub(super) fn new(
        me: &SignedIn,
        query: KeyQuery,
        around: Around,
        found: &ListPage,
        keys: Vec<(Key, KeyUse)>,
        highlight: String,
    ) -> Self {
        let now = me.now();
        let back = query.as_back();
        let Around {
            quota,
            limit_note,
            others,
            groups,
            projects,
            members,
        } = around;
        let mut needs = needs::needs(found, &quota);
        needs.extend(others);
        let filter = &query.wanted.filter;
        let rows = keys.into_iter().map(|(key, used)| {
            let lit = key.id.text().as_str() == highlight;
            KeyRow::new(key, used, now, lit, quota.may_generate).in_list(&me.csrf, &back)
        });
        Self {
            shell: me.shell.clone(),
            crumbs: crumbs(None),
            statuses: StatusChoice::all(found, &query),
            needs,
            groups: Choice::of_groups(&groups, filter.group),
            projects: Choice::of_projects(&projects, filter.project),
            owners: Choice::of_owners(&members, filter.owner),
            rows: rows.collect(),
            first: found.before + 1,
            previous: (found.before > 0).then(|| query.url_after(found.previous.as_ref())),
            next: found.next.as_ref().map(|mark| query.url_after(Some(mark))),
            matching: grouped(whole(found.matching)),
            lag: lag_of(&query, found.totals.all),
            any: found.totals.all > 0,
            quota,
            limit_note,
            query,
            highlight,
            looked_up: false,
            whole: true,
            request: None,
            in_body: false,
        }
    }

    /// Whether this person may change keys: a row may come into any state while its menu stays.
    fn may_change(&self) -> bool {
        self.rows.iter().any(|row| row.can_revoke || row.can_delete)
    }

    /// Whether some row's secret can be shown again.
    fn may_copy(&self) -> bool {
        self.rows.iter().any(|row| row.can_copy)
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

    /// "51–100", or how many there are when all are on the page.
    fn shown(&self) -> String {
        let number = |count| grouped(whole(count));
        if self.is_paged() && !self.rows.is_empty() {
            let last = self.first + self.rows.len() - 1;
            format!("{}–{}", number(self.first), number(last))
        } else {
            number(self.rows.len())
        }
    }

    fn is_paged(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }

    fn environments() -> [(Environment, &'static str); 2] {
        [Environment::Live, Environment::Test].map(|one| (one, environment_label(one)))
    }

    /// The request whose key is shown.
    fn led_by(&self) -> Option<&OfRequest> {
        let known = self.request.as_ref().filter(|request| request.known);
        known.filter(|_| !self.rows.is_empty())
    }

    fn restrictions(&self) -> String {
        restrictions(&self.query, [&self.groups, &self.projects, &self.owners])
    }

    fn heads(&self) -> [SortHead; 4] {
        SortHead::all(&self.query)
    }

    fn sorts(&self) -> [SortChoice; 8] {
        SortChoice::all(&self.query)
    }

    /// The page, or for htmx the list and what changes with it.
    pub(super) async fn respond(self, request: &HttpRequest) -> Answer<HttpResponse> {
        if !is_htmx(request) {
            return page(StatusCode::OK, self).await;
        }
        let told = format!("{} found", counted_keys(&self.matching));
        // An event, not a part of the page: the same words twice are then said twice.
        let events = json!({ "announce": { "text": told } });
        let name = if self.is_a_step(request) {
            "hx-push-url"
        } else {
            "hx-replace-url"
        };
        let url = HeaderValue::from_str(&self.query.url());
        let url = url.ok().filter(|_| !self.in_body);
        let list = part(StatusCode::OK, move || self.list_and_beside()).await?;
        let mut answer = with_events(list, &events);
        if let Some(url) = url {
            let name = HeaderName::from_static(name);
            answer.headers_mut().insert(name, url);
        }
        Ok(answer)
    }

    fn list_and_beside(&self) -> askama::Result<String> {
        let mut body = self.as_keys().render()?;
        let beside = Beside {
            // A look-up leaves the filter as it is.
            statuses: if self.looked_up { &[] } else { &self.statuses },
        };
        body.push_str(&beside.render()?);
        Ok(body)
    }

    /// Whether the way back leads to the list as it was: after a choice it does, and not through each letter typed.
    fn is_a_step(&self, request: &HttpRequest) -> bool {
        let shown = KeyQuery::shown(request);
        !self.looked_up && !shown.differs_in_words_only(&self.query)
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
    let (wanted, _) = request_ids::resolve(state, me, &query.wanted).await?;
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
    let view = asked.view;
    let highlight = query.into_inner().highlight;
    let page = KeysPage::load(&state, &me, asked.clone(), asked, highlight).await?;
    let mut answer = page.respond(&request).await?;
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
