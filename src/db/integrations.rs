//! Integrations as a tenant and its projects use them. Every query of a tenant's takes the tenant.

use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::integrations;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{IntegrationId, ProjectId, TenantId};
use crate::domain::integration::Level;
use crate::domain::time::Timestamp;

/// An integration of the catalogue at one level, as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = integrations)]
pub struct Integration {
    /// Identifier.
    pub id: IntegrationId,
    /// Owner.
    pub tenant_id: TenantId,
    /// The project, unless it is the organisation's.
    pub project_id: Option<ProjectId>,
    /// Which one of the catalogue.
    pub slug: String,
    /// The organisation's: since when projects get its credential, if they do.
    pub enabled_at: Option<Timestamp>,
    /// A project's: since when it does not get the organisation's credential, if it does not.
    pub blocked_at: Option<Timestamp>,
    /// How many credentials it was ever given.
    pub versions: i64,
}

fn of_level(tenant: TenantId, level: Level) -> integrations::BoxedQuery<'static, MultiBackend> {
    let all = integrations::table
        .filter(integrations::tenant_id.eq(tenant))
        .into_boxed();
    match level {
        Level::Organization => all.filter(integrations::project_id.is_null()),
        Level::Project(id) => all.filter(integrations::project_id.eq(id)),
    }
}

/// The integration of a level, if anything was ever done to it there.
pub fn find(
    conn: &mut Conn,
    tenant: TenantId,
    level: Level,
    slug: &str,
) -> Result<Option<Integration>> {
    let query = of_level(tenant, level)
        .filter(integrations::slug.eq(slug))
        .select(Integration::as_select());
    rows::first_if_any(conn, query)
}

/// As [`find`], and made when there is none. Call it under the lock of the change log.
pub fn open(conn: &mut Conn, tenant: TenantId, level: Level, slug: &str) -> Result<Integration> {
    if let Some(known) = find(conn, tenant, level, slug)? {
        return Ok(known);
    }
    let id = IntegrationId::new();
    diesel::insert_into(integrations::table)
        .values((
            integrations::id.eq(id),
            integrations::tenant_id.eq(tenant),
            integrations::project_id.eq(level.project()),
            integrations::slug.eq(slug),
            integrations::versions.eq(0),
        ))
        .execute(conn)?;
    Ok(Integration {
        id,
        tenant_id: tenant,
        project_id: level.project(),
        slug: slug.into(),
        enabled_at: None,
        blocked_at: None,
        versions: 0,
    })
}

/// The integrations of one level.
pub fn list(conn: &mut Conn, tenant: TenantId, level: Level) -> Result<Vec<Integration>> {
    rows::load(
        conn,
        of_level(tenant, level).select(Integration::as_select()),
    )
}

/// What projects have of one integration.
pub fn list_of_projects(conn: &mut Conn, tenant: TenantId, slug: &str) -> Result<Vec<Integration>> {
    let query = integrations::table
        .filter(integrations::tenant_id.eq(tenant))
        .filter(integrations::project_id.is_not_null())
        .filter(integrations::slug.eq(slug))
        .select(Integration::as_select());
    rows::load(conn, query)
}

/// Integrations by their ids, of whatever tenant, for the index.
pub fn find_for_index(conn: &mut Conn, ids: &[IntegrationId]) -> Result<Vec<Integration>> {
    let query = integrations::table
        .filter(integrations::id.eq_any(ids))
        .select(Integration::as_select());
    rows::load(conn, query)
}

/// All integrations in the order of their ids, for the index: at most `limit` after one of them.
pub fn list_for_index(
    conn: &mut Conn,
    after: Option<IntegrationId>,
    limit: i64,
) -> Result<Vec<Integration>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let query = integrations::table
        .filter(integrations::id.gt(after))
        .order(integrations::id)
        .limit(limit)
        .select(Integration::as_select());
    rows::load(conn, query)
}

/// Notes whether projects get the organisation's credential: since when, if they do.
pub fn set_enabled(conn: &mut Conn, id: IntegrationId, since: Option<Timestamp>) -> Result<()> {
    diesel::update(integrations::table.find(id))
        .set(integrations::enabled_at.eq(since.map(|at| at.naive_utc())))
        .execute(conn)?;
    Ok(())
}

/// Notes whether a project refuses the organisation's credential: since when, if it does.
pub fn set_blocked(conn: &mut Conn, id: IntegrationId, since: Option<Timestamp>) -> Result<()> {
    diesel::update(integrations::table.find(id))
        .set(integrations::blocked_at.eq(since.map(|at| at.naive_utc())))
        .execute(conn)?;
    Ok(())
}

/// Takes the next version of its credentials.
pub fn take_version(conn: &mut Conn, id: IntegrationId) -> Result<i64> {
    Ok(diesel::update(integrations::table.find(id))
        .set(integrations::versions.eq(integrations::versions + 1))
        .returning(integrations::versions)
        .get_result(conn)?)
}
