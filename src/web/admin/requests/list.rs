//! Usage > Request log: single requests with their verdicts, by page or as they come.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use super::filter::{CHOOSE_KEY, METHODS, RequestFilter, SEVERAL_KEYS};
use super::lines::{RequestLine, Tells, lines};
use crate::actions::requests;
use crate::db::key_labels;
use crate::db::request_records::Filter;
use crate::domain::request_id::RequestId;
use crate::domain::role::Actor;
use crate::domain::validate::FieldErrors;
use crate::domain::verdict::Code;
use crate::web::admin::key_picker::{self, KeyChoice, Picked};
use crate::web::failure::Answer;
use crate::web::log_filter::mark;
use crate::web::respond::{is_htmx, page, part, replacing_url};
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::verdicts::{Verdict, verdict};

/// Where the log is.
pub const LOG: &str = "/usage/requests";
/// Requests on one page.
const PAGE: usize = 50;
/// Most rows that a page holds while it follows the log.
const LIVE: usize = 200;
/// A request is recorded when it is decided and written within a second, but its id is from when it began: a slow
/// one appears among older ones. Looking back as far as a request may take loses none.
const LOOK_BACK: TimeDelta = TimeDelta::seconds(20);

/// Which part of the log, beside the filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    before: String,
    after: String,
    live: String,
}

#[derive(Template)]
#[template(path = "requests/index.html", blocks = ["log"])]
struct RequestsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    filter: RequestFilter,
    errors: FieldErrors,
    /// What stands in the field for a key.
    picked: String,
    choices: Vec<KeyChoice>,
    refusals: Vec<Verdict>,
    lines: Vec<RequestLine>,
    /// The newest row, for the next look at what came since.
    newest: String,
    live: bool,
    older: Option<String>,
    /// Up to when was looked, when that is not the end of the log.
    looked_to: Option<Moment>,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "requests/_rows.html")]
struct NewRows {
    lines: Vec<RequestLine>,
}

impl RequestsPage {
    fn url(&self, path: &str) -> String {
        self.filter.url(path, &[])
    }

    fn newest_page(&self) -> String {
        let live: &[(&str, &str)] = if self.live { &[("live", "1")] } else { &[] };
        self.filter.url(LOG, live)
    }
}

/// `GET /usage/requests`: the page, for htmx the part with filter and rows, and with `after` the rows that came since.
///
/// # Errors
/// `BadRequest` when a page mark was not made by us. Field errors show the page with 422.
pub async fn index(
    request: HttpRequest,
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<RequestFilter>,
    part: web::Query<Part>,
) -> Answer<HttpResponse> {
    let (mut filter, mut errors) = typed.into_inner().clean();
    let typed_key = filter.key.clone();
    match key_picker::pick(&state, &me, &filter.key).await? {
        Picked::One(id) => filter.key = id.to_string(),
        Picked::Several(_) => wrong_key(&mut filter, &mut errors, SEVERAL_KEYS),
        Picked::None => wrong_key(&mut filter, &mut errors, CHOOSE_KEY),
        Picked::Any | Picked::Secret => {}
    }
    let checked = filter.check(&mut errors);
    let live = part.live == "1";
    let (before, after) = (mark(&part.before)?, mark(&part.after)?);
    if let Some(after) = after.filter(|_| is_htmx(&request) && errors.is_empty()) {
        return since(&me, &state, checked, after).await;
    }
    let choices = key_picker::offer(&state, &me, "").await?;
    let by = me.actor();
    let loaded = state
        .search(by.tenant, move |conn| {
            let mut picked = typed_key;
            if let Some(key) = checked.key {
                if let Some(label) = key_labels::find(conn, by.tenant, &[key])?.pop() {
                    picked = key_picker::text(&label.name, &label.hint());
                } else {
                    picked.clear();
                    errors.add("key", CHOOSE_KEY);
                }
            }
            let found = if errors.is_empty() {
                requests::page(conn, &by, &checked, before, PAGE)?
            } else {
                requests::Page::default()
            };
            Ok((picked, found, errors))
        })
        .await?;
    let (picked, found, errors) = loaded;
    let next = found.next.map(|next| next.to_string());
    let looked_to = found.looked_to.map(|id| Moment::day(id.at()));
    let lines = lines(found, !live);
    let answer = RequestsPage {
        crumbs: crumbs(None),
        looked_to,
        older: next.map(|next| filter.url(LOG, &[("before", &next)])),
        newest: lines.first().map_or_else(
            || RequestId::first_at(me.now()).to_string(),
            |line| line.order.clone(),
        ),
        picked,
        choices,
        refusals: Code::refusals().map(verdict).collect(),
        is_first: before.is_none(),
        live: live && before.is_none() && errors.is_empty(),
        shell: me.shell,
        filter,
        errors,
        lines,
    };
    answer.respond(&request).await
}

impl RequestsPage {
    async fn respond(self, request: &HttpRequest) -> Answer<HttpResponse> {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        if !is_htmx(request) {
            return page(status, self).await;
        }
        let newest = self.newest_page();
        let log = part(status, move || self.as_log().render()).await?;
        Ok(replacing_url(log, &newest))
    }
}

/// Rows that came since, and some before them: the page knows which of them it has.
async fn since(
    me: &SignedIn,
    state: &State,
    filter: Filter,
    after: RequestId,
) -> Answer<HttpResponse> {
    let by: Actor = me.actor();
    let filter = Filter {
        after: Some(RequestId::first_at(after.at() - LOOK_BACK)),
        ..filter
    };
    let lines = state
        .search(by.tenant, move |conn| {
            let found = requests::page(conn, &by, &filter, None, LIVE)?;
            Ok(lines(found, false))
        })
        .await?;
    page(StatusCode::OK, NewRows { lines }).await
}

fn wrong_key(filter: &mut RequestFilter, errors: &mut FieldErrors, why: &str) {
    filter.key.clear();
    errors.add("key", why);
}

/// The breadcrumb of a page under Usage > Request log.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let step = |label: &str, href: Option<&str>| Crumb {
        label: label.into(),
        href: href.map(str::to_owned),
    };
    match last {
        None => vec![step("Usage", Some("/usage")), step("Request log", None)],
        Some(last) => vec![
            step("Usage", Some("/usage")),
            step("Request log", Some(LOG)),
            step(last, None),
        ],
    }
}
