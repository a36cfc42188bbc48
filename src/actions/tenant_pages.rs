//! A tenant as staff looks at it, and the row in its log that says so.

use super::{limits, record_by_supporter};
use crate::db::audit::AuditEvent;
use crate::db::invitations::Invitation;
use crate::db::members::Member;
use crate::db::tenant_keys::PlainKey;
use crate::db::tenant_overviews::{self, Overview};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::role::Supporter;

/// Decisions of staff that are shown.
const DECISIONS: i64 = 50;

/// What staff sees of a tenant.
#[derive(Debug, Clone)]
pub struct TenantPage {
    /// Limit, plan, features, requests.
    pub overview: Overview,
    /// Who is in it.
    pub people: Vec<Member>,
    /// Who is invited.
    pub invitations: Vec<Invitation>,
    /// What staff and the operator did to it, newest first.
    pub decisions: Vec<AuditEvent>,
    /// A page of its keys, newest first.
    pub keys: Vec<PlainKey>,
}

/// Looks at a tenant, with at most `most` of the keys made before another one. The tenant's log tells of it.
///
/// # Errors
/// `NotFound`.
pub fn look_at(
    conn: &mut Conn,
    by: &Supporter,
    tenant: TenantId,
    before: Option<KeyId>,
    most: i64,
) -> Result<TenantPage> {
    let overview = tenant_overviews::find(conn, tenant, by.now)?;
    let object = limits::object(&overview.tenant);
    record_by_supporter(conn, by, Some(tenant), &Event::TenantLookedAt, object)?;
    Ok(TenantPage {
        people: db::members::list(conn, tenant)?,
        invitations: db::invitations::list(conn, tenant)?,
        decisions: db::audit::list_of_staff(conn, tenant, DECISIONS)?,
        keys: db::tenant_keys::list(conn, tenant, before, most)?,
        overview,
    })
}
