//! Tenants as the support staff sees them: names, states, dates and limits. Nothing of a key but how many there are.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::access_requests::{self, AccessRequest};
use super::limit_ends::{self, EndOfLimit};
use super::schema::{
    audit_events as events, limit_requests as asked, request_records as records, tenants,
};
use super::tenants::Tenant;
use super::{Conn, feature_rollouts, feature_switches, invitations, keys, plans, rows};
use crate::domain::id::{LimitRequestId, TenantId};
use crate::domain::rollout::{self, Access, Feature};
use crate::domain::text_form::tenant_name_key;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

diesel::define_sql_function! {
    /// Lower-case letters. SQLite knows those of ASCII only.
    fn lower(text: Text) -> Text;
}

/// A request that waits for an answer.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = asked)]
pub struct OpenRequest {
    /// Its id.
    pub id: LimitRequestId,
    /// Limit that the tenant wants.
    pub wanted: i64,
    /// Since when.
    pub asked_at: Timestamp,
}

/// What support staff sees of a tenant.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The tenant itself.
    pub tenant: Tenant,
    /// Keys that count toward the limit.
    pub used: i64,
    /// What it asks for.
    pub request: Option<OpenRequest>,
    /// Its request for integrations.
    pub access_request: Option<AccessRequest>,
    /// Whether it has integrations.
    pub access: Access,
    /// When its limit ends, or did.
    pub limit_end: Option<EndOfLimit>,
    /// Its first admin was invited and has not joined yet.
    pub awaits_admin: bool,
    /// When one of its people or systems did something last.
    pub active_at: Option<Timestamp>,
}

impl Overview {
    /// The oldest request that waits for an answer, by which those who wait are sorted.
    pub fn oldest_request(&self) -> Option<String> {
        let limit = self.request.map(|open| open.id.to_string());
        let access = self.access_request.as_ref();
        limit
            .into_iter()
            .chain(access.map(|open| open.id.to_string()))
            .min()
    }
}

/// In which order, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// All, by name.
    #[default]
    Name,
    /// All, those made last first.
    Newest,
    /// All, those first who have used up most of their limit.
    Fullest,
    /// Those with an open request, whoever waits longest first.
    Waiting,
}

/// Which page of which list.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Part of a name; empty: any.
    pub search: String,
    /// In which order.
    pub order: Order,
    /// The last row of the page before: its tenant, or its request when those who wait are listed.
    pub after: Option<String>,
}

/// When something of a tenant was changed last. What support does is no activity of the tenant.
#[diesel::dsl::auto_type]
fn changed_at() -> _ {
    let own = events::tenant_id.eq(tenants::id.nullable());
    events::table
        .filter(own)
        .filter(events::actor_kind.ne("support"))
        .order(events::id.desc())
        .limit(1_i64)
        .select(events::at)
        .single_value()
}

/// When one of a tenant's keys was asked about last.
#[diesel::dsl::auto_type]
fn asked_about_at() -> _ {
    records::table
        .filter(records::tenant_id.eq(tenants::id))
        .order(records::id.desc())
        .limit(1_i64)
        .select(records::at)
        .single_value()
}

/// A tenant with what stands beside it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
struct Row {
    #[diesel(embed)]
    tenant: Tenant,
    #[diesel(embed)]
    request: Option<OpenRequest>,
    #[diesel(select_expression = changed_at(), select_expression_type = changed_at)]
    changed_at: Option<Timestamp>,
    #[diesel(select_expression = asked_about_at(), select_expression_type = asked_about_at)]
    asked_about_at: Option<Timestamp>,
}

/// Every tenant as a [`Row`].
macro_rules! every {
    () => {{
        let open = asked::tenant_id
            .eq(tenants::id)
            .and(asked::closed_at.is_null());
        tenants::table
            .left_join(asked::table.on(open))
            .select(Row::as_select())
            .into_boxed()
    }};
}

/// Those of a query whose name has a text in it, if one is looked for.
macro_rules! searched {
    ($query:expr, $search:expr) => {{
        let query = $query;
        if $search.is_empty() {
            query
        } else {
            let part = like(&tenant_name_key(&$search));
            // What stands behind a line break is an id.
            let (behind, in_name) = ("%\n%", format!("{part}\n%"));
            let is_plain = tenants::name_key.not_like(behind);
            let has_it = tenants::name_key.like(part).escape('\\');
            let is_apart = tenants::name_key.like(in_name).escape('\\');
            query.filter(has_it.and(is_plain).or(is_apart))
        }
    }};
}

/// A page of at most `most` tenants.
///
/// # Errors
/// `BadRequest` when the mark of the page is not one of ours.
pub fn list(conn: &mut Conn, page: &Asked, most: i64, now: Timestamp) -> Result<Vec<Overview>> {
    let mut query = searched!(every!(), page.search).limit(most);
    let after = page.after.as_deref();
    query = match page.order {
        Order::Name => {
            if let Some((name, id)) = after.map(|id| name_of(conn, id)).transpose()? {
                let same = lower(tenants::name).eq(name.clone());
                query = query.filter(
                    lower(tenants::name)
                        .gt(name)
                        .or(same.and(tenants::id.gt(id))),
                );
            }
            query.order((lower(tenants::name).asc(), tenants::id.asc()))
        }
        Order::Newest => {
            if let Some(id) = after {
                let id: TenantId = id.parse().map_err(|_| foreign_mark())?;
                query = query.filter(tenants::id.lt(id));
            }
            query.order(tenants::id.desc())
        }
        Order::Fullest => return fullest(conn, page, most, now),
        Order::Waiting => return waiting(conn, page, most, now),
    };
    let found = rows::load(conn, query)?;
    overviews(conn, found, now)
}

/// What is compared to find the fullest tenants.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
struct Room {
    id: TenantId,
    key_limit: i64,
}

/// A page of tenants, those first who have used up most of their limit. Neither database sorts by a count of millions
/// of keys quickly; the counts alone are few.
fn fullest(conn: &mut Conn, page: &Asked, most: i64, now: Timestamp) -> Result<Vec<Overview>> {
    let rooms = tenants::table.select(Room::as_select()).into_boxed();
    let mut rooms: Vec<Room> = rows::load(conn, searched!(rooms, page.search))?;
    let used = keys::count_of_all_tenants(conn, now)?;
    let used = |room: &Room| i128::from(used.get(&room.id).copied().unwrap_or_default());
    // The one with the larger part: compared without dividing.
    rooms.sort_by(|one, other| {
        let (left, right) = (
            used(one) * i128::from(other.key_limit),
            used(other) * i128::from(one.key_limit),
        );
        right.cmp(&left).then(one.id.cmp(&other.id))
    });
    let mut ids = rooms.into_iter().map(|room| room.id);
    if let Some(mark) = &page.after {
        let mark: TenantId = mark.parse().map_err(|_| foreign_mark())?;
        ids.find(|id| *id == mark).ok_or_else(foreign_mark)?;
    }
    in_order(conn, ids, most, now)
}

/// The first `most` of these tenants, in their order.
fn in_order(
    conn: &mut Conn,
    ids: impl Iterator<Item = TenantId>,
    most: i64,
    now: Timestamp,
) -> Result<Vec<Overview>> {
    let ids: Vec<TenantId> = ids
        .take(usize::try_from(most).unwrap_or_default())
        .collect();
    let found = rows::load(conn, every!().filter(tenants::id.eq_any(&ids)))?;
    let mut found = overviews(conn, found, now)?;
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.tenant.id));
    Ok(found)
}

/// A page of the tenants that wait for an answer, whoever waits longest first.
fn waiting(conn: &mut Conn, page: &Asked, most: i64, now: Timestamp) -> Result<Vec<Overview>> {
    let mut requests = oldest_requests(conn)?;
    if let Some(mark) = &page.after {
        let mark: LimitRequestId = mark.parse().map_err(|_| foreign_mark())?;
        requests.retain(|(id, _)| *id > mark.to_string());
    }
    let all: Vec<TenantId> = requests.into_iter().map(|(_, tenant)| tenant).collect();
    let rooms = tenants::table.select(Room::as_select()).into_boxed();
    let rooms = searched!(rooms, page.search).filter(tenants::id.eq_any(&all));
    let rooms: Vec<Room> = rows::load(conn, rooms)?;
    let found: HashSet<TenantId> = rooms.into_iter().map(|room| room.id).collect();
    let ids = all.into_iter().filter(|id| found.contains(id));
    in_order(conn, ids, most, now)
}

/// An open request, by its tenant.
#[derive(Queryable, Selectable)]
#[diesel(table_name = asked)]
struct OfTenant {
    id: LimitRequestId,
    tenant_id: TenantId,
}

/// The oldest open request of each tenant that has one, oldest first: ids are sorted by time.
fn oldest_requests(conn: &mut Conn) -> Result<Vec<(String, TenantId)>> {
    let query = asked::table
        .filter(asked::closed_at.is_null())
        .select(OfTenant::as_select());
    let limits: Vec<OfTenant> = rows::load(conn, query)?;
    let access = access_requests::all_open(conn, Feature::Integrations)?;
    let mut all: Vec<(String, TenantId)> = limits
        .into_iter()
        .map(|open| (open.id.to_string(), open.tenant_id))
        .chain(
            access
                .into_values()
                .map(|open| (open.id.to_string(), open.tenant_id)),
        )
        .collect();
    all.sort();
    let mut seen = HashSet::new();
    all.retain(|(_, tenant)| seen.insert(*tenant));
    Ok(all)
}

/// How many tenants wait for an answer.
pub fn count_waiting(conn: &mut Conn) -> Result<i64> {
    i64::try_from(oldest_requests(conn)?.len()).map_err(Error::internal)
}

/// One tenant.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Overview> {
    let found = rows::load(conn, every!().filter(tenants::id.eq(tenant)))?;
    overviews(conn, found, now)?.pop().ok_or(Error::NotFound)
}

/// With the count of keys and the access to features: one query for all of them.
fn overviews(conn: &mut Conn, found: Vec<Row>, now: Timestamp) -> Result<Vec<Overview>> {
    let ids: Vec<TenantId> = found.iter().map(|row| row.tenant.id).collect();
    let used = keys::count_of_tenants(conn, &ids, now)?;
    let feature = Feature::Integrations;
    let percentage = feature_rollouts::percentage(conn, feature)?;
    let switches = feature_switches::list(conn, &ids, feature)?;
    let open = access_requests::all_open(conn, feature)?;
    let ends = limit_ends::list(conn, &ids)?;
    let awaited = invitations::awaited(conn, &ids)?;
    let with_it = plans::names_with(conn, feature)?;
    let access = |tenant: &Tenant| {
        let switch = switches.get(&tenant.id).copied();
        let bucket = rollout::bucket(feature, tenant.id);
        rollout::access(with_it.contains(&tenant.plan), switch, percentage, bucket)
    };
    let overview = |row: Row| Overview {
        access: access(&row.tenant),
        awaits_admin: awaited.contains(&row.tenant.id),
        access_request: open.get(&row.tenant.id).cloned(),
        used: used.get(&row.tenant.id).copied().unwrap_or_default(),
        request: row.request,
        limit_end: ends.get(&row.tenant.id).copied(),
        active_at: row.changed_at.max(row.asked_about_at),
        tenant: row.tenant,
    };
    Ok(found.into_iter().map(overview).collect())
}

/// The name behind a mark, as the database sorts it.
fn name_of(conn: &mut Conn, id: &str) -> Result<(String, String)> {
    tenants::table
        .find(id)
        .select((lower(tenants::name), tenants::id))
        .first(conn)
        .optional()?
        .ok_or_else(foreign_mark)
}

/// How many tenants there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    Ok(tenants::table.count().get_result(conn)?)
}

fn foreign_mark() -> Error {
    Error::BadRequest("This page mark was not made by Keystead; start at the first page.".into())
}

/// A pattern that finds the text anywhere, and takes its signs as they are.
fn like(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}
