//! What tenants ask of the support staff: a higher key limit. A tenant has at most one open request.

use diesel::prelude::*;

use super::schema::limit_requests as requests;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{LimitRequestId, TenantId};
use crate::domain::limits::{Draft, Outcome};
use crate::domain::time::Timestamp;

/// An open request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct LimitRequest {
    /// Identifier; sorts by the time at which it was made first.
    pub id: LimitRequestId,
    /// Limit that the tenant wants.
    pub wanted: i64,
    /// What for.
    pub reason: String,
    /// E-mail address of the admin who asked last.
    pub asked_by: String,
    /// When they did.
    pub asked_at: Timestamp,
}

/// The tenant's open request, if it has one.
pub fn find_open(conn: &mut Conn, tenant: TenantId) -> Result<Option<LimitRequest>> {
    let query = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null())
        .select(LimitRequest::as_select());
    rows::first_if_any(conn, query)
}

/// Makes a request, or changes the open one.
pub fn open(
    conn: &mut Conn,
    tenant: TenantId,
    wanted: &Draft,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    let said = (
        requests::wanted.eq(wanted.limit),
        requests::reason.eq(&wanted.reason),
        requests::asked_by.eq(by),
        requests::asked_at.eq(now.naive_utc()),
    );
    let open = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null());
    if diesel::update(open).set(said).execute(conn)? == 0 {
        let new = (
            requests::id.eq(LimitRequestId::new()),
            requests::tenant_id.eq(tenant),
        );
        diesel::insert_into(requests::table)
            .values((new, said))
            .execute(conn)?;
    }
    Ok(())
}

/// Closes the open request.
pub fn close(conn: &mut Conn, tenant: TenantId, outcome: Outcome, now: Timestamp) -> Result<()> {
    let open = requests::table
        .filter(requests::tenant_id.eq(tenant))
        .filter(requests::closed_at.is_null());
    diesel::update(open)
        .set((
            requests::closed_at.eq(now.naive_utc()),
            requests::outcome.eq(outcome.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}
