//! Support > Tenants: who has how many keys, and who waits for more.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::tenant_overviews::{self, Asked, Order, Overview};
use crate::db::{self, Conn};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::numbers::grouped;
use crate::web::respond::{html, is_htmx, page};
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// Tenants on one page of the list.
const PAGE: i64 = 50;
/// Longest search, in characters; no name is longer.
const LONGEST: usize = 100;

/// One row of the list.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct TenantRow {
    pub id: String,
    pub name: String,
    pub plan: String,
    pub suspended: bool,
    pub used: i64,
    pub limit: i64,
    pub used_text: String,
    pub limit_text: String,
    /// From 80 % on, and at the limit.
    pub tone: &'static str,
    /// The limit wanted, and since when.
    pub request: Option<(String, Moment)>,
    pub active: Option<Moment>,
}

impl TenantRow {
    /// The row of a tenant.
    pub fn new(overview: Overview, now: Timestamp) -> Self {
        let Overview {
            tenant,
            used,
            request,
            active_at,
        } = overview;
        let limit = tenant.key_limit;
        Self {
            suspended: tenant.suspended_at.is_some(),
            used,
            limit,
            used_text: grouped(used),
            limit_text: grouped(limit),
            tone: match () {
                () if used >= limit => " is-full",
                () if used * 10 >= limit * 8 => " is-near",
                () => "",
            },
            request: request.map(|open| (grouped(open.wanted), Moment::past(open.asked_at, now))),
            active: active_at.map(|at| Moment::past(at, now)),
            id: tenant.id.to_string(),
            name: tenant.name,
            plan: tenant.plan,
        }
    }
}

/// What is looked for, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TenantQuery {
    q: String,
    sort: String,
    after: Option<String>,
}

impl TenantQuery {
    fn asked(&self) -> Result<Asked> {
        let search = self.q.trim();
        if search.chars().count() > LONGEST {
            let text = format!("No name of a tenant is longer than {LONGEST} characters.");
            return Err(Error::BadRequest(text));
        }
        Ok(Asked {
            search: search.to_owned(),
            order: match self.sort.as_str() {
                "newest" => Order::Newest,
                "waiting" => Order::Waiting,
                _ => Order::Name,
            },
            after: self.after.clone().filter(|mark| !mark.is_empty()),
        })
    }
}

/// The address of a list, without what is as usual.
fn address(asked: &Asked, after: Option<&str>) -> String {
    let sort = match asked.order {
        Order::Name => "",
        Order::Newest => "newest",
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
    waiting: i64,
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
    let asked = query.asked()?;
    let (inside, now) = (asked.clone(), me.now());
    let (mut found, total, waiting) = state.snapshot(move |conn| load(conn, &inside, now)).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or_default());
    let mark = found
        .last()
        .filter(|_| more)
        .map(|last| match &last.request {
            Some(open) if asked.order == Order::Waiting => open.id.to_string(),
            _ => last.tenant.id.to_string(),
        });
    let view = TenantsPage {
        crumbs: crumbs(None),
        shell: me.shell,
        rows: found
            .into_iter()
            .map(|one| TenantRow::new(one, now))
            .collect(),
        total,
        waiting,
        first: asked.after.as_ref().map(|_| address(&asked, None)),
        next: mark.map(|mark| address(&asked, Some(&mark))),
        asked,
    };
    if !is_htmx(&request) {
        return page(StatusCode::OK, &view);
    }
    let body = view.as_list().render().map_err(Error::internal)?;
    let mut answer = html(StatusCode::OK, body);
    if let Ok(url) = HeaderValue::from_str(&address(&view.asked, view.asked.after.as_deref())) {
        let name = HeaderName::from_static("hx-replace-url");
        answer.headers_mut().insert(name, url);
    }
    Ok(answer)
}

fn load(conn: &mut Conn, asked: &Asked, now: Timestamp) -> Result<(Vec<Overview>, i64, i64)> {
    Ok((
        tenant_overviews::list(conn, asked, PAGE + 1, now)?,
        tenant_overviews::count(conn)?,
        db::limit_requests::count_open(conn)?,
    ))
}
