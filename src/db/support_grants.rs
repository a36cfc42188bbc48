//! Support staff asks to look at a tenant for a while, and may while a grant holds.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::schema::{support_grants as grants, tenants, users};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{SupportGrantId, TenantId, UserId};
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// Hours after which a question that nobody answered lapses.
const LAPSES_HOURS: i64 = 24;

/// A question or a grant.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct Grant {
    /// Identifier.
    pub id: SupportGrantId,
    /// Whose pages.
    pub tenant_id: TenantId,
    /// Who looks.
    pub user_id: UserId,
    /// Their name when they asked.
    pub staff: String,
    /// What for.
    pub reason: String,
    /// When they asked.
    pub asked_at: Timestamp,
    /// Until when they may look; `None`: not granted.
    pub ends_at: Option<Timestamp>,
    /// When it was declined, or ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Grant {
    /// Until when the person may look, if they may now.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.ends_at
            .filter(|end| *end > now && self.ended_at.is_none())
    }

    /// Nobody answered yet, and it has not lapsed.
    pub fn is_asked(&self, now: Timestamp) -> bool {
        let lapses = self.asked_at + TimeDelta::hours(LAPSES_HOURS);
        self.ends_at.is_none() && self.ended_at.is_none() && lapses > now
    }
}

/// A grant that holds, and for whom and what.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct Present {
    /// The grant.
    #[diesel(embed)]
    pub grant: Grant,
    /// The page that was put on record last.
    pub last_path: String,
    /// The tenant's name.
    #[diesel(select_expression = tenants::name)]
    pub tenant_name: String,
    /// The person's e-mail address.
    #[diesel(select_expression = users::email)]
    pub email: String,
    /// Their name.
    #[diesel(select_expression = users::name)]
    pub name: String,
    /// In which they read and type times.
    #[diesel(select_expression = users::time_zone)]
    pub time_zone: Zone,
}

/// The tenant that a person of the support staff has open. All of it is looked at now: the grant, that they are still
/// of the staff, and that the tenant is not suspended.
pub fn find_present(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Option<Present>> {
    let query = grants::table
        .inner_join(tenants::table.on(tenants::id.eq(grants::tenant_id)))
        .inner_join(users::table.on(users::id.eq(grants::user_id)))
        .filter(grants::user_id.eq(user))
        .filter(grants::opened_at.is_not_null())
        .filter(grants::ended_at.is_null())
        .filter(grants::ends_at.gt(now.naive_utc()))
        .filter(users::support.eq(true))
        .filter(users::disabled_at.is_null())
        .filter(tenants::suspended_at.is_null())
        .order((grants::opened_at.desc(), grants::id.desc()))
        .select(Present::as_select());
    rows::first_if_any(conn, query)
}

/// One of a tenant.
///
/// # Errors
/// `NotFound`, also for another tenant's.
pub fn find(conn: &mut Conn, tenant: TenantId, id: SupportGrantId) -> Result<Grant> {
    let query = grants::table
        .filter(grants::id.eq(id))
        .filter(grants::tenant_id.eq(tenant))
        .select(Grant::as_select());
    rows::first(conn, query)
}

/// The newest of a person in a tenant.
pub fn find_last(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<Grant>> {
    let query = grants::table
        .filter(grants::tenant_id.eq(tenant))
        .filter(grants::user_id.eq(user))
        .order(grants::id.desc())
        .select(Grant::as_select());
    rows::first_if_any(conn, query)
}

/// Those of a tenant that wait for an answer or hold, the oldest first.
pub fn list_live(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<Grant>> {
    let query = grants::table
        .filter(grants::tenant_id.eq(tenant))
        .filter(grants::ended_at.is_null())
        .order(grants::id)
        .select(Grant::as_select());
    let mut found: Vec<Grant> = rows::load(conn, query)?;
    found.retain(|one| one.is_asked(now) || one.until(now).is_some());
    Ok(found)
}

/// Keeps a question.
pub fn insert(
    conn: &mut Conn,
    (tenant, user): (TenantId, UserId),
    (staff, reason): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(SupportGrantId::new()),
            grants::tenant_id.eq(tenant),
            grants::user_id.eq(user),
            grants::staff.eq(staff),
            grants::reason.eq(reason),
            grants::asked_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lets the person look until then.
pub fn set_granted(conn: &mut Conn, id: SupportGrantId, until: Timestamp) -> Result<()> {
    diesel::update(grants::table.find(id))
        .set(grants::ends_at.eq(until.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Declines it, or ends it before its time.
pub fn set_ended(conn: &mut Conn, id: SupportGrantId, now: Timestamp) -> Result<()> {
    diesel::update(grants::table.find(id))
        .set(grants::ended_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Opens the tenant's pages to the person.
pub fn set_opened(conn: &mut Conn, id: SupportGrantId, now: Timestamp) -> Result<()> {
    diesel::update(grants::table.find(id))
        .set(grants::opened_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// Notes which page was put on record last.
pub fn set_last_path(conn: &mut Conn, id: SupportGrantId, path: &str) -> Result<()> {
    diesel::update(grants::table.find(id))
        .set(grants::last_path.eq(path))
        .execute(conn)?;
    Ok(())
}
