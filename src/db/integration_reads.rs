//! How often projects were given a credential, hour by hour.

use std::collections::HashMap;

use diesel::prelude::*;

use super::many_rows::{self, row};
use super::schema::{integration_credentials as credentials, integration_reads as reads};
use super::usage::{DAY, HOUR};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{CredentialId, IntegrationId, ProjectId, TenantId};
use crate::domain::time::Timestamp;

/// How often a project was given a credential in an hour.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reads)]
pub struct Reads {
    /// The credential.
    pub credential_id: CredentialId,
    /// The project.
    pub project_id: ProjectId,
    /// Start of the hour in seconds since 1970.
    pub start: i64,
    /// Their tenant.
    pub tenant_id: TenantId,
    /// How often.
    pub reads: i64,
}

/// The start of an instant's hour.
pub fn hour_of(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(HOUR) * HOUR
}

row!(
    Reads,
    "integration_reads",
    " ON CONFLICT (credential_id, project_id, start) DO UPDATE SET reads = integration_reads.reads + excluded.reads",
    credential_id: Text,
    project_id: Text,
    start: BigInt,
    tenant_id: Text,
    reads: BigInt,
);

/// Adds to the counts of an hour; of a credential and a project at most one row.
pub fn add(conn: &mut Conn, rows: &[Reads]) -> Result<()> {
    many_rows::write(conn, rows)
}

/// How often projects were given one of an integration's credentials in the last day.
pub fn lately(
    conn: &mut Conn,
    tenant: TenantId,
    integration: IntegrationId,
    now: Timestamp,
) -> Result<HashMap<ProjectId, i64>> {
    let ids = credentials::table
        .filter(credentials::integration_id.eq(integration))
        .select(credentials::id);
    let query = reads::table
        .filter(reads::tenant_id.eq(tenant))
        .filter(reads::credential_id.eq_any(ids))
        .filter(reads::start.gt(hour_of(now) - DAY))
        .select(Reads::as_select());
    let mut sums = HashMap::new();
    for hour in rows::load(conn, query)? as Vec<Reads> {
        *sums.entry(hour.project_id).or_default() += hour.reads;
    }
    Ok(sums)
}

/// Forgets hours that began before an instant.
pub fn delete_before(conn: &mut Conn, instant: Timestamp) -> Result<usize> {
    let old = reads::table.filter(reads::start.lt(hour_of(instant)));
    Ok(diesel::delete(old).execute(conn)?)
}
