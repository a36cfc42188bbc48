//! Which numbers the rows of a span of time have. Rows are numbered in the order of their commits, which is nearly that of
//! their times, so a span is found by halving instead of reading.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::Conn;
use super::schema::audit_events as events;
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::time::Timestamp;

/// By how much times and numbers may be in another order: far longer than a change takes.
const SLACK: TimeDelta = TimeDelta::hours(1);

/// The first number of a tenant's log within a span, and the one behind the last. There may be rows beside the span among
/// them, but none of it beside them.
pub fn span(
    conn: &mut Conn,
    tenant: TenantId,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<(i64, i64)> {
    let of_tenant = events::table.filter(events::tenant_id.eq(tenant));
    let first: Option<i64> = of_tenant
        .order(events::seq)
        .select(events::seq)
        .first(conn)
        .optional()?;
    let last: Option<i64> = of_tenant
        .order(events::seq.desc())
        .select(events::seq)
        .first(conn)
        .optional()?;
    let (mut first, mut behind) = (first.unwrap_or(1), last.map_or(1, |last| last + 1));
    let all = (first, behind);
    if let Some(from) = from {
        first = first_at(conn, tenant, all, from - SLACK)?;
    }
    if let Some(to) = to {
        behind = first_at(conn, tenant, all, to + SLACK)?;
    }
    Ok((first, behind.max(first)))
}

/// The first number between two whose row is not older than an instant.
fn first_at(
    conn: &mut Conn,
    tenant: TenantId,
    (mut low, mut high): (i64, i64),
    instant: Timestamp,
) -> Result<i64> {
    while low < high {
        let middle = low + (high - low) / 2;
        let older: Option<i64> = events::table
            .filter(events::tenant_id.eq(tenant))
            .filter(events::seq.eq(middle))
            .filter(events::at.lt(instant.naive_utc()))
            .select(events::seq)
            .first(conn)
            .optional()?;
        match older {
            Some(_) => low = middle + 1,
            None => high = middle,
        }
    }
    Ok(low)
}
