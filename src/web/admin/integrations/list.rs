//! The lists: what the organisation shares, and what a project gets.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::at::{At, crumbs};
use super::row::{Control, Row, Shown};
use crate::actions::effective_credentials::{self, OfProject};
use crate::db;
use crate::db::projects::Project;
use crate::domain::Result;
use crate::domain::catalogue::entry::Entry;
use crate::domain::integration::Level;
use crate::domain::right::Right;
use crate::web::admin::access_requests::page as locked;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, part};
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
    state: String,
}

/// A state to narrow the list to.
struct Choice {
    word: &'static str,
    label: &'static str,
    count: usize,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "integrations/index.html", blocks = ["list"])]
struct IntegrationsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    project: Option<Project>,
    action: String,
    query: Query,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    total: usize,
    may_change: bool,
}

/// `GET /integrations` and `GET /projects/{project}/integrations`.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`, also for another tenant's project.
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::SeeIntegrations)?;
    if let Some(locked) = locked::instead(&state, &me).await? {
        return Ok(locked);
    }
    let may_change = by.must_hold(Right::ChangeIntegrations).is_ok();
    let query = query.into_inner();
    let (project, all) = load(&state, &me, &at).await?;
    let found: Vec<&str> = state
        .catalogue
        .search(&query.q)
        .map(|entry| entry.slug.as_str())
        .collect();
    let total = all.len();
    let choices = choices(at.level, &all, &query.state);
    let rows = all
        .into_iter()
        .filter(|row| found.contains(&row.slug.as_str()) && fits(row, &query.state))
        .collect();
    let may_change = may_change
        && project
            .as_ref()
            .is_none_or(|project| project.archived_at.is_none());
    let view = IntegrationsPage {
        crumbs: crumbs(project.as_ref(), None),
        shell: me.shell,
        project,
        action: at.list(),
        query,
        choices,
        rows,
        total,
        may_change,
    };
    if is_htmx(&request) {
        return part(StatusCode::OK, move || view.as_list().render()).await;
    }
    page(StatusCode::OK, view).await
}

/// Every integration of the catalogue, as the organisation has it or as a project gets it.
async fn load(state: &State, me: &SignedIn, at: &At) -> Result<(Option<Project>, Vec<Row>)> {
    let (by, now, list, level) = (me.actor(), me.now(), at.list(), at.level);
    match level {
        Level::Organization => {
            let kept = state
                .snapshot(move |conn| effective_credentials::of_level(conn, by.tenant, level))
                .await?;
            let nothing = effective_credentials::Kept::default();
            let row = |entry: &Entry| {
                let kept = kept.get(&entry.slug).unwrap_or(&nothing);
                Row::of_organization(entry, &list, kept, now)
            };
            Ok((None, state.catalogue.iter().map(row).collect()))
        }
        Level::Project(id) => {
            let (project, all) = state
                .snapshot(move |conn| {
                    let project = db::projects::find(conn, by.tenant, id)?;
                    Ok((
                        project,
                        effective_credentials::of_project(conn, by.tenant, id)?,
                    ))
                })
                .await?;
            let nothing = OfProject::default();
            let row = |entry: &Entry| {
                let of = all.get(&entry.slug).unwrap_or(&nothing);
                Row::of_project(entry, &list, of, now)
            };
            Ok((Some(project), state.catalogue.iter().map(row).collect()))
        }
    }
}

fn fits(row: &Row, word: &str) -> bool {
    match word {
        "on" | "organization" => row.shown == Shown::Organization,
        "project" => row.shown == Shown::Project,
        "off" | "none" => row.shown == Shown::Nothing,
        "attention" => row.warning.is_some(),
        _ => true,
    }
}

fn choices(level: Level, rows: &[Row], chosen: &str) -> Vec<Choice> {
    let words: &[(&str, &str)] = match level {
        Level::Organization => &[
            ("", "All"),
            ("on", "On"),
            ("off", "Off"),
            ("attention", "Needs attention"),
        ],
        Level::Project(_) => &[
            ("", "All"),
            ("project", "This project"),
            ("organization", "Organisation"),
            ("none", "None"),
            ("attention", "Needs attention"),
        ],
    };
    let choice = |(word, label): &(&'static str, &'static str)| Choice {
        word,
        label,
        count: rows.iter().filter(|row| fits(row, word)).count(),
        chosen: *word == chosen,
    };
    words.iter().map(choice).collect()
}
