//! Who used a key while its allowlist was observed. Bounded: at most 1,000 addresses a key.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;

use super::schema::observed_callers as callers;
use super::types::Micros;
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::time::Timestamp;

/// Most addresses that are kept of one key.
pub const MOST: usize = 1_000;
/// Rows in one statement: five columns each, under the limits of both databases.
const ROWS: usize = 1_000;

/// A caller of one key.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = callers, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Caller {
    pub key_id: KeyId,
    pub address: String,
    pub tenant_id: TenantId,
    pub requests: i64,
    #[diesel(serialize_as = Micros)]
    pub last_at: Timestamp,
}

/// Adds to what is stored of one key's callers. Where there is no room, new ones are left out.
pub fn add(conn: &mut Conn, key: KeyId, mut rows: Vec<Caller>) -> Result<()> {
    let known: HashSet<String> = callers::table
        .filter(callers::key_id.eq(key))
        .select(callers::address)
        .load::<String>(conn)?
        .into_iter()
        .collect();
    let mut room = MOST.saturating_sub(known.len());
    rows.retain(|row| {
        let is_known = known.contains(&row.address);
        let fits = is_known || room > 0;
        room -= usize::from(fits && !is_known);
        fits
    });
    while !rows.is_empty() {
        let later = rows.split_off(rows.len().min(ROWS));
        add_some(conn, std::mem::replace(&mut rows, later))?;
    }
    Ok(())
}

/// One statement for many rows.
fn add_some(conn: &mut Conn, rows: Vec<Caller>) -> Result<()> {
    let last_at = sql::<BigInt>(
        "CASE WHEN excluded.last_at > observed_callers.last_at \
         THEN excluded.last_at ELSE observed_callers.last_at END",
    );
    let requests = callers::requests + excluded(callers::requests);
    let change = (callers::requests.eq(requests), callers::last_at.eq(last_at));
    dialect::on_either!(conn, conn => diesel::insert_into(callers::table)
        .values(rows)
        .on_conflict((callers::key_id, callers::address))
        .do_update()
        .set(change)
        .execute(conn)?);
    Ok(())
}

/// The callers of the tenant's key from an instant on, newest first.
pub fn list(conn: &mut Conn, tenant: TenantId, key: KeyId, from: Timestamp) -> Result<Vec<Caller>> {
    let query = callers::table
        .filter(callers::key_id.eq(key))
        .filter(callers::tenant_id.eq(tenant))
        .filter(callers::last_at.ge(from.timestamp_micros()))
        .order((callers::last_at.desc(), callers::address))
        .select(Caller::as_select());
    rows::load(conn, query)
}

/// Which caller of which key.
#[derive(Queryable, Selectable)]
#[diesel(table_name = callers)]
struct Place {
    key_id: KeyId,
    address: String,
}

/// Deletes at most `limit` callers that were not seen since an instant, and returns how many it deleted.
pub fn prune(conn: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let before = before.timestamp_micros();
    let query = callers::table
        .filter(callers::last_at.lt(before))
        .order(callers::last_at)
        .limit(limit)
        .select(Place::as_select());
    let old: Vec<Place> = rows::load(conn, query)?;
    for place in &old {
        diesel::delete(callers::table.find((place.key_id, &place.address)))
            .filter(callers::last_at.lt(before))
            .execute(conn)?;
    }
    Ok(old.len())
}
