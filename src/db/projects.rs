//! Projects, the parts of a tenant. Every query takes the tenant.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::name_keys::{is_named, is_taken};
use super::schema::{api_keys as keys, projects};
use super::types::{At, MaybeAt};
use super::{Conn, errors, rows};
use crate::domain::id::{ProjectId, TenantId};
use crate::domain::text_form::name_key;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// A project as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = projects, treat_none_as_default_value = false)]
pub struct Project {
    /// Identifier.
    pub id: ProjectId,
    /// Owner.
    pub tenant_id: TenantId,
    /// Name, unique in the tenant.
    pub name: String,
    /// What it is, in plain words; may be empty.
    pub description: String,
    /// When it was made.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// Since when it is put away, if it is.
    #[diesel(serialize_as = MaybeAt)]
    pub archived_at: Option<Timestamp>,
}

/// Inserts a project.
///
/// # Errors
/// `Invalid` at `name` when the tenant has a project with this name.
pub fn insert(conn: &mut Conn, project: Project) -> Result<()> {
    if is_taken!(conn, projects, &project)? {
        return Err(taken());
    }
    let key = projects::name_key.eq(name_key(&project.name));
    let done = diesel::insert_into(projects::table)
        .values((project, key))
        .execute(conn);
    done.map(|_| ()).map_err(name_taken)
}

/// Changes name and description of a project.
///
/// # Errors
/// As [`insert`]; `NotFound`.
pub fn set(conn: &mut Conn, tenant: TenantId, project: &Project) -> Result<()> {
    let before = find(conn, tenant, project.id)?;
    // Those who shared a name before they had to differ keep it.
    let key = name_key(&project.name);
    let key = (key != name_key(&before.name)).then_some(key);
    if key.is_some() && is_taken!(conn, projects, project)? {
        return Err(taken());
    }
    let changed = diesel::update(projects::table)
        .filter(projects::id.eq(project.id))
        .filter(projects::tenant_id.eq(tenant))
        .set((
            projects::name.eq(&project.name),
            projects::description.eq(&project.description),
            key.map(|key| projects::name_key.eq(key)),
        ))
        .execute(conn)
        .map_err(name_taken)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Puts a project away at an instant, or takes it up again.
pub fn set_archived(
    conn: &mut Conn,
    tenant: TenantId,
    id: ProjectId,
    since: Option<Timestamp>,
) -> Result<()> {
    diesel::update(projects::table)
        .filter(projects::id.eq(id))
        .filter(projects::tenant_id.eq(tenant))
        .set(projects::archived_at.eq(since.map(|at| at.naive_utc())))
        .execute(conn)?;
    Ok(())
}

fn name_taken(cause: diesel::result::Error) -> Error {
    if errors::is_duplicate(&cause) {
        taken()
    } else {
        cause.into()
    }
}

fn taken() -> Error {
    let text = "This tenant has a project with this name; it may be an archived one. Capital letters make no difference. \
                Choose another name.";
    Error::invalid("name", text)
}

/// The projects of a tenant by name, archived ones included.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Project>> {
    let query = projects::table
        .filter(projects::tenant_id.eq(tenant))
        .order((projects::name, projects::id))
        .select(Project::as_select());
    rows::load(conn, query)
}

/// Projects by their ids, of whatever tenant, for the memory of credentials.
pub fn find_for_index(conn: &mut Conn, ids: &[ProjectId]) -> Result<Vec<Project>> {
    let query = projects::table
        .filter(projects::id.eq_any(ids))
        .select(Project::as_select());
    rows::load(conn, query)
}

/// All projects in the order of their ids, for the memory of credentials: at most `limit` after one of them.
pub fn list_for_index(
    conn: &mut Conn,
    after: Option<ProjectId>,
    limit: i64,
) -> Result<Vec<Project>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let query = projects::table
        .filter(projects::id.gt(after))
        .order(projects::id)
        .limit(limit)
        .select(Project::as_select());
    rows::load(conn, query)
}

/// The project of a name or id, for commands at a shell. Capital letters and Unicode forms make no difference, unless
/// several have had such a name since before: then it has to be written exactly. A name that reads like another project's id is never meant.
///
/// # Errors
/// `Invalid` at `project` when the tenant has no such project.
pub fn find_by_name(conn: &mut Conn, tenant: TenantId, text: &str) -> Result<Project> {
    let query = projects::table
        .filter(projects::tenant_id.eq(tenant))
        .filter(
            projects::name
                .eq(text)
                .or(projects::id.eq(text))
                .or(is_named!(projects, name_key(text))),
        )
        .select(Project::as_select());
    let found: Vec<Project> = rows::load(conn, query)?;
    let has_id = |one: &&Project| one.id.to_string() == text;
    let is_meant = |one: &&Project| one.name == text || found.len() == 1;
    let meant = found
        .iter()
        .find(has_id)
        .or_else(|| found.iter().find(is_meant));
    meant.cloned().ok_or_else(|| {
        Error::invalid(
            "project",
            format!("There is no project \"{text}\" in this tenant."),
        )
    })
}

/// A project that keys can be given to, by the text of its id.
///
/// # Errors
/// `Invalid` at `project` when the tenant has no such project, or when it is archived; another tenant's project is no
/// such project.
pub fn find_for_keys(conn: &mut Conn, tenant: TenantId, id: &str) -> Result<Project> {
    let found = id
        .parse()
        .and_then(|id: ProjectId| find(conn, tenant, id))
        .map_err(|cause| match cause {
            Error::NotFound => Error::invalid(
                "project",
                "Choose one of this tenant's projects, by its id.",
            ),
            other => other,
        })?;
    if found.archived_at.is_some() {
        let text = "This project is archived. Restore it first, or choose another one.";
        return Err(Error::invalid("project", text));
    }
    Ok(found)
}

/// How many projects the tenant has, archived ones included.
pub fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64> {
    Ok(projects::table
        .filter(projects::tenant_id.eq(tenant))
        .count()
        .get_result(conn)?)
}

/// Keys of one of several projects.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct OfProject {
    project_id: Option<ProjectId>,
    #[diesel(select_expression = count_star())]
    keys: i64,
}

/// How many keys each of the tenant's projects has: all but the revoked ones. A project without any is left out.
pub fn count_keys(conn: &mut Conn, tenant: TenantId) -> Result<HashMap<ProjectId, i64>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .filter(keys::revoked_at.is_null())
        .filter(keys::project_id.is_not_null())
        .group_by(keys::project_id)
        .select(OfProject::as_select());
    let counts = rows::load(conn, query)?.into_iter();
    Ok(counts
        .filter_map(|of: OfProject| Some((of.project_id?, of.keys)))
        .collect())
}

/// A project of the tenant by its id.
///
/// # Errors
/// `NotFound`, also for another tenant's project.
pub fn find(conn: &mut Conn, tenant: TenantId, id: ProjectId) -> Result<Project> {
    let query = projects::table
        .filter(projects::tenant_id.eq(tenant))
        .filter(projects::id.eq(id))
        .select(Project::as_select());
    rows::first(conn, query)
}
