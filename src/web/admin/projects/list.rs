//! Administration > Projects: the parts of a tenant.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db;
use crate::db::projects::Project;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Shell, day, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where the list is.
pub const LIST: &str = "/projects";

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ProjectRow {
    id: String,
    name: String,
    description: String,
    keys: i64,
    /// The day when it was made, or archived.
    since: String,
}

impl ProjectRow {
    fn new(project: Project, keys: i64) -> Self {
        Self {
            keys,
            id: project.id.to_string(),
            since: day(project.archived_at.unwrap_or(project.created_at)),
            name: project.name,
            description: project.description,
        }
    }
}

#[derive(Template)]
#[template(path = "projects/index.html")]
struct ProjectsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    active: Vec<ProjectRow>,
    archived: Vec<ProjectRow>,
    may_change: bool,
}

/// The breadcrumb of a page under Projects.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    trail(
        ("Administration", "/tenant-api-keys"),
        ("Projects", LIST),
        last,
    )
}

/// `GET /projects`.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn index(me: SignedIn, state: web::Data<State>) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::SeeProjects)?;
    let may_change = by.must_hold(Right::ChangeProjects).is_ok();
    let (archived, active) = state
        .snapshot(move |conn| {
            let keys = db::projects::count_keys(conn, by.tenant)?;
            let all = db::projects::list(conn, by.tenant)?;
            let (archived, active): (Vec<Project>, Vec<Project>) = all
                .into_iter()
                .partition(|project| project.archived_at.is_some());
            let row = |project: Project| {
                let keys = keys.get(&project.id).copied().unwrap_or_default();
                ProjectRow::new(project, keys)
            };
            let rows = |projects: Vec<Project>| projects.into_iter().map(row).collect();
            Ok((rows(archived), rows(active)))
        })
        .await?;
    page(
        StatusCode::OK,
        ProjectsPage {
            shell: me.shell,
            crumbs: crumbs(None),
            active,
            archived,
            may_change,
        },
    )
    .await
}
