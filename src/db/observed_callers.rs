//! Who used a key while its allowlist was observed. Bounded: at most 1,000 addresses a key.

use std::collections::HashSet;

use diesel::prelude::*;

use super::schema::observed_callers as callers;
use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};

/// Most addresses that are kept of one key.
pub const MOST: usize = 1_000;
/// Rows in one statement: five columns each, under the limits of both databases.
const ROWS: usize = 1_000;

/// A caller of one key.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = callers, treat_none_as_default_value = false)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Caller {
    pub key_id: String,
    pub address: String,
    pub tenant_id: String,
    pub requests: i64,
    pub last_at: i64,
}

/// Adds to what is stored of one key's callers. Where there is no room, new ones are left out.
pub fn add(conn: &mut Conn, key: &str, mut rows: Vec<Caller>) -> Result<()> {
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
    rows.chunks(ROWS)
        .try_for_each(|rows| dialect::add_callers(conn, rows))
}

/// The callers of the tenant's key from an instant on (microseconds since 1970), newest first.
pub fn list(conn: &mut Conn, tenant: TenantId, key: KeyId, from: i64) -> Result<Vec<Caller>> {
    Ok(callers::table
        .filter(callers::key_id.eq(key.to_string()))
        .filter(callers::tenant_id.eq(tenant.to_string()))
        .filter(callers::last_at.ge(from))
        .order((callers::last_at.desc(), callers::address))
        .load(conn)?)
}

/// Deletes at most `limit` callers that were not seen since an instant, and returns how many it deleted.
pub fn prune(conn: &mut Conn, before: i64, limit: i64) -> Result<usize> {
    let old: Vec<(String, String)> = callers::table
        .filter(callers::last_at.lt(before))
        .order(callers::last_at)
        .limit(limit)
        .select((callers::key_id, callers::address))
        .load(conn)?;
    for (key, address) in &old {
        diesel::delete(callers::table.find((key, address)))
            .filter(callers::last_at.lt(before))
            .execute(conn)?;
    }
    Ok(old.len())
}
