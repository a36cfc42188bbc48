//! Support > Tenants: who has how many keys, and who waits for more.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::db::Conn;
use crate::db::limit_ends::EndOfLimit;
use crate::db::tenant_overviews::{self, Asked, Order, Overview};
use crate::domain::right::Right;
use crate::domain::rollout::Access;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::numbers::grouped;
use crate::web::respond::{is_htmx, page, part, replacing_url};
use crate::web::searches::Seeker;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;
use crate::web::viewer_zone;

/// Tenants on one page of the list.
const PAGE: i64 = 50;
/// Longest search, in characters; no name is longer.
const LONGEST: usize = 100;

/// Days for which it is told that a limit fell back.
const TOLD_DAYS: i64 = 7;

/// The end of a limit.
#[derive(Debug, Clone)]
pub struct EndNote {
    /// "until 4 January 2027, then 1,000", or "fell back 2 h ago".
    pub text: String,
    /// It is less than a day away, or has come.
    pub near: bool,
}

impl EndNote {
    /// Of an end, while there is something to tell.
    pub fn of(end: &EndOfLimit, now: Timestamp) -> Option<Self> {
        match (end.to_come(), end.fell_at) {
            (Some(end), _) => Some(Self {
                text: end.words(viewer_zone::current()),
                near: end.is_near(now),
            }),
            (None, Some(at)) if now - at < TimeDelta::days(TOLD_DAYS) => Some(Self {
                text: format!("fell back {}", Moment::past(at, now).text),
                near: true,
            }),
            _ => None,
        }
    }
}

/// One row of the list.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct TenantRow {
    pub id: String,
    pub name: String,
    pub plan: String,
    /// Whether it has integrations, in a few words.
    pub access: &'static str,
    pub suspended: bool,
    /// Nobody has joined yet.
    pub awaits_admin: bool,
    /// When it is deleted, if that was decided.
    pub deletion: Option<Moment>,
    /// Whoever looks may suspend and resume it.
    pub may_suspend: bool,
    pub used: i64,
    pub limit: i64,
    pub used_text: String,
    pub limit_text: String,
    /// The end of the limit, or that it fell back lately.
    pub end: Option<EndNote>,
    /// From 80 % on, and at the limit.
    pub tone: &'static str,
    /// The limit wanted, and since when.
    pub request: Option<(String, Moment)>,
    /// Since when it wants integrations.
    pub wants_access: Option<Moment>,
    pub active: Option<Moment>,
}

impl TenantRow {
    /// The row of a tenant.
    pub fn new(overview: Overview, now: Timestamp) -> Self {
        let Overview {
            tenant,
            used,
            request,
            access_request,
            access,
            awaits_admin,
            active_at,
            limit_end,
        } = overview;
        let limit = tenant.key_limit;
        Self {
            suspended: tenant.suspended_at.is_some(),
            deletion: tenant.deletion_at.map(Moment::day),
            may_suspend: false,
            awaits_admin,
            used,
            limit,
            end: limit_end.as_ref().and_then(|end| EndNote::of(end, now)),
            used_text: grouped(used),
            limit_text: grouped(limit),
            tone: match () {
                () if used >= limit => " is-full",
                () if used * 10 >= limit * 8 => " is-near",
                () => "",
            },
            request: request.map(|open| (grouped(open.wanted), Moment::past(open.asked_at, now))),
            access: match access {
                Access::Available => "Integrations",
                Access::NotOnPlan => "No integrations",
                Access::NotRolledOut => "No integrations yet",
                Access::SwitchedOff => "Integrations off",
            },
            wants_access: access_request.map(|open| Moment::past(open.asked_at, now)),
            active: active_at.map(|at| Moment::past(at, now)),
            id: tenant.id.to_string(),
            name: tenant.name,
            plan: tenant.plan,
        }
    }

    /// Where its state is changed.
    pub fn state_page(&self) -> &'static str {
        match self.deletion {
            Some(_) => "deletion",
            None => "suspension",
        }
    }

    /// The row as this person sees it: super users decide more than support staff.
    pub fn seen_by(self, shell: &Shell) -> Self {
        Self {
            may_suspend: shell.may(Right::OverseeTenants),
            ..self
        }
    }
}

/// What is looked for, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TenantQuery {
    q: String,
    sort: Option<String>,
    after: Option<String>,
}

impl TenantQuery {
    /// `waiting`: so many tenants wait for an answer. Without another wish they are what is shown.
    fn asked(&self, waiting: i64) -> Result<Asked> {
        let search = self.q.trim();
        if search.chars().count() > LONGEST {
            let text = format!("No name of a tenant is longer than {LONGEST} characters.");
            return Err(Error::BadRequest(text));
        }
        let after = self.after.clone().filter(|mark| !mark.is_empty());
        Ok(Asked {
            order: match self.sort.as_deref() {
                Some("newest") => Order::Newest,
                Some("fullest") => Order::Fullest,
                Some("waiting") => Order::Waiting,
                None if search.is_empty() && after.is_none() && waiting > 0 => Order::Waiting,
                _ => Order::Name,
            },
            search: search.to_owned(),
            after,
        })
    }
}

/// The address of a list, without what is as usual.
fn address(asked: &Asked, after: Option<&str>) -> String {
    let sort = match asked.order {
        // Alone it has to be said, since those who wait come first else.
        Order::Name if asked.search.is_empty() && after.is_none() => "name",
        Order::Name => "",
        Order::Newest => "newest",
        Order::Fullest => "fullest",
        Order::Waiting => "waiting",
    };
    let pairs = [
        ("q", asked.search.as_str()),
        ("sort", sort),
        ("after", after.unwrap_or_default()),
    ];
    let set: Vec<_> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let query = serde_urlencoded::to_string(set).unwrap_or_default();
    format!("/support/tenants?{query}")
        .trim_end_matches('?')
        .to_owned()
}

#[derive(Template)]
#[template(path = "support/tenants.html", blocks = ["list"])]
struct TenantsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    asked: Asked,
    rows: Vec<TenantRow>,
    total: i64,
    first: Option<String>,
    next: Option<String>,
}

/// The breadcrumb of a page under Support > Tenants.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let home = "/support/tenants";
    let step = |label: &str, href: Option<&str>| Crumb {
        label: label.into(),
        href: href.map(str::to_owned),
    };
    match last {
        None => vec![step("Support", Some(home)), step("Tenants", None)],
        Some(last) => vec![
            step("Support", Some(home)),
            step("Tenants", Some(home)),
            step(last, None),
        ],
    }
}

/// `GET /support/tenants`.
///
/// # Errors
/// `NotFound` for anybody but staff; `BadRequest` when the page mark was not made by us.
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    query: web::Query<TenantQuery>,
) -> Answer<HttpResponse> {
    let (waiting, now) = (me.shell.waiting, me.now());
    let asked = query.asked(waiting)?;
    let inside = asked.clone();
    let by = me.supporter(Right::SeeTenants)?;
    let (mut found, total) = state
        .search(Seeker::Staff(by.id), move |conn| load(conn, &inside, now))
        .await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or_default());
    let mark = found
        .last()
        .filter(|_| more)
        .and_then(|last| match asked.order {
            Order::Waiting => last.oldest_request(),
            _ => Some(last.tenant.id.to_string()),
        });
    let view = TenantsPage {
        crumbs: crumbs(None),
        rows: found
            .into_iter()
            .map(|one| TenantRow::new(one, now).seen_by(&me.shell))
            .collect(),
        shell: me.shell,
        total,
        first: asked.after.as_ref().map(|_| address(&asked, None)),
        next: mark.map(|mark| address(&asked, Some(&mark))),
        asked,
    };
    if !is_htmx(&request) {
        return page(StatusCode::OK, view).await;
    }
    let url = address(&view.asked, view.asked.after.as_deref());
    let list = part(StatusCode::OK, move || view.as_list().render()).await?;
    Ok(replacing_url(list, &url))
}

fn load(conn: &mut Conn, asked: &Asked, now: Timestamp) -> Result<(Vec<Overview>, i64)> {
    Ok((
        tenant_overviews::list(conn, asked, PAGE + 1, now)?,
        tenant_overviews::count(conn)?,
    ))
}
