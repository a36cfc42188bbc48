//! The life of a project: create, change, archive, restore.

use serde_json::{Map, Value, json};

use super::{Object, record};
use crate::db::change_log::Item;
use crate::db::projects::Project;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::ProjectId;
use crate::domain::project::{Draft, MOST, Update};
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Conflict, Result};

/// Makes a project.
///
/// # Errors
/// `Forbidden` without the right; `Invalid` at `name` when it is taken; a conflict `project-limit-reached`.
pub fn create(conn: &mut Conn, by: &Actor, draft: &Draft) -> Result<Project> {
    hold(conn, by)?;
    if db::projects::count(conn, by.tenant)? >= MOST {
        return Err(Conflict::ProjectLimitReached(MOST).into());
    }
    let project = Project {
        id: ProjectId::new(),
        tenant_id: by.tenant,
        name: draft.name.clone(),
        description: draft.description.clone(),
        created_at: by.now,
        archived_at: None,
    };
    change_log::append_more(conn, Item::Project(project.id))?;
    db::projects::insert(conn, project.clone())?;
    let detail = json!({ "description": project.description });
    record(conn, by, &Event::ProjectCreated(detail), object(&project))?;
    Ok(project)
}

/// Changes name and description. A change that changes nothing leaves no trace.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`; `Invalid` at `name`; a conflict `project-changed` when the project is no
/// longer as `shown`, if something was.
pub fn update(
    conn: &mut Conn,
    by: &Actor,
    id: ProjectId,
    update: Update,
    shown: Option<&str>,
) -> Result<Project> {
    hold(conn, by)?;
    let project = db::projects::find(conn, by.tenant, id)?;
    let changed = Project {
        name: update.name.unwrap_or_else(|| project.name.clone()),
        description: update
            .description
            .unwrap_or_else(|| project.description.clone()),
        ..project.clone()
    };
    let (before, after) = difference(&project, &changed);
    if after.is_empty() {
        return Ok(project);
    }
    if shown.is_some_and(|shown| shown != version(&project)) {
        return Err(Conflict::ProjectChanged.into());
    }
    db::projects::set(conn, by.tenant, &changed)?;
    let detail = json!({ "before": before, "after": after });
    record(conn, by, &Event::ProjectUpdated(detail), object(&changed))?;
    Ok(changed)
}

/// Puts a project away. One that is put away already stays as it is, without a trace.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`.
pub fn archive(conn: &mut Conn, by: &Actor, id: ProjectId) -> Result<Project> {
    hold(conn, by)?;
    let mut project = db::projects::find(conn, by.tenant, id)?;
    change_log::stands();
    if project.archived_at.is_none() {
        project.archived_at = Some(by.now);
        change_log::append(conn, Item::Project(id))?;
        db::projects::set_archived(conn, by.tenant, id, project.archived_at)?;
        record(conn, by, &Event::ProjectArchived, object(&project))?;
    }
    Ok(project)
}

/// Takes an archived project up again. One in use stays as it is, without a trace.
///
/// # Errors
/// As [`archive`].
pub fn restore(conn: &mut Conn, by: &Actor, id: ProjectId) -> Result<Project> {
    hold(conn, by)?;
    let mut project = db::projects::find(conn, by.tenant, id)?;
    if project.archived_at.take().is_some() {
        change_log::append(conn, Item::Project(id))?;
        db::projects::set_archived(conn, by.tenant, id, None)?;
        record(conn, by, &Event::ProjectRestored, object(&project))?;
    }
    Ok(project)
}

/// A word for what a form showed of a project, to tell whether it is still so.
pub fn version(project: &Project) -> String {
    super::version_of(&[&project.name, &project.description])
}

/// The right, and the lock under which everything that follows is true: no other change of a project begins before
/// this one ends, and a key that acts still may.
fn hold(conn: &mut Conn, by: &Actor) -> Result<()> {
    by.must_hold(Right::ChangeProjects)?;
    by.must_act_for_tenant("Projects")?;
    change_log::hold(conn)
}

fn difference(before: &Project, after: &Project) -> (Map<String, Value>, Map<String, Value>) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (member, old, new) in [
        ("name", &before.name, &after.name),
        ("description", &before.description, &after.description),
    ] {
        if old != new {
            was.insert(member.into(), old.as_str().into());
            is.insert(member.into(), new.as_str().into());
        }
    }
    (was, is)
}

fn object(project: &Project) -> Object<'_> {
    Object {
        kind: "project",
        id: project.id.to_string(),
        name: &project.name,
    }
}
