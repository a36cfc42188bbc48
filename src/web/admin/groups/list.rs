//! Administration > Authorization groups: what keys may do, as named sets of scopes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::groups;
use crate::db;
use crate::db::groups::Group;
use crate::domain::id::GroupId;
use crate::domain::right::Right;
use crate::web::admin::grants::grants;
use crate::web::failure::Answer;
use crate::web::respond::{html, page};
use crate::web::shell::{Crumb, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Scopes that a row shows; the page of the group has them all.
const SHOWN: usize = 6;

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GroupRow {
    id: String,
    name: String,
    summary: String,
    scopes: Vec<String>,
    more: usize,
    built_in: bool,
    keys: i64,
}

impl GroupRow {
    fn new(group: Group, keys: i64) -> Self {
        let mut scopes = group.scopes.list().to_vec();
        let more = scopes.len().saturating_sub(SHOWN);
        scopes.truncate(SHOWN);
        Self {
            id: group.id.to_string(),
            name: group.name,
            summary: group.summary,
            scopes,
            more,
            built_in: group.built_in,
            keys,
        }
    }
}

#[derive(Template)]
#[template(path = "groups/index.html")]
struct GroupsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<GroupRow>,
    may_change: bool,
}

/// The breadcrumb of a page under Authorization groups.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    trail(
        ("Administration", "/tenant-api-keys"),
        ("Authorization groups", "/authorization-groups"),
        last,
    )
}

/// "3 keys".
pub fn keys_in_words(keys: i64) -> String {
    match keys {
        0 => "No key".into(),
        _ => crate::web::numbers::counted(keys, "key", "keys"),
    }
}

/// `GET /authorization-groups`.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn index(me: SignedIn, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::SeeGroups)?;
    let may_change = by.must_hold(Right::ChangeGroups).is_ok();
    let rows = state
        .snapshot(move |conn| {
            let groups = groups::list(conn, by.tenant)?.into_iter();
            let rows = groups.map(|(group, keys)| GroupRow::new(group, keys));
            Ok(rows.collect())
        })
        .await?;
    page(
        StatusCode::OK,
        GroupsPage {
            shell: me.shell,
            crumbs: crumbs(None),
            rows,
            may_change,
        },
    )
    .await
}

/// Which group.
#[derive(Debug, Deserialize)]
pub struct GroupQuery {
    #[serde(default)]
    group: String,
}

#[derive(Template)]
#[template(path = "groups/_summary.html")]
struct SummaryView {
    text: String,
}

/// `GET /authorization-groups/summary?group={id}`: what the chosen group grants, for the forms that ask for one.
///
/// # Errors
/// `NotFound`, also for another tenant's group.
pub async fn summary(
    me: SignedIn,
    state: web::Data<State>,
    query: web::Query<GroupQuery>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::SeeGroups)?;
    if query.group.is_empty() {
        return Ok(html(StatusCode::OK, String::new()));
    }
    let id: GroupId = query.group.parse()?;
    let group = state
        .read(move |conn| db::groups::find_by_id(conn, by.tenant, id))
        .await?;
    let text = grants(&group);
    page(StatusCode::OK, SummaryView { text }).await
}
