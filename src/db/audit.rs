//! The audit log: rows are inserted in the transaction of the change they tell of, and never changed. How they become a
//! chain is in [`super::audit_chain`].

use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::audit_events as events;
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::audit::TENANT_LOOKED_AT;
use crate::domain::audit_chain::{AuditKey, Link};
use crate::domain::id::{AuditId, TenantId};
use crate::domain::time::Timestamp;

/// A row of the audit log.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub struct AuditEvent {
    /// Identifier; sorts by time.
    pub id: AuditId,
    /// The tenant concerned; none for the installation itself.
    pub tenant_id: Option<TenantId>,
    /// When.
    #[diesel(serialize_as = At)]
    pub at: Timestamp,
    /// `person`, `key`, `support`, `operator` or `system`.
    pub actor_kind: String,
    /// Id of the person or key.
    pub actor_id: String,
    /// E-mail address or key name.
    pub actor_name: String,
    /// Such as `key.revoked`.
    pub action: String,
    /// Such as `api_key`.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// Name of the object at that time.
    pub object_name: String,
    /// Particulars as JSON, never a secret.
    pub detail: String,
    /// Address of the caller, or empty.
    pub address: String,
    /// Request id, or empty.
    pub request_id: String,
}

impl AuditEvent {
    /// The name of its chain: the tenant's id, or nothing.
    pub fn chain(&self) -> String {
        self.tenant_id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The link of this row behind another. Every column is in it; a column that is added later needs another version.
    pub fn link(&self, key: &AuditKey, before: &Link) -> Link {
        key.link(
            &self.chain(),
            before,
            &[
                self.id.to_string().as_bytes(),
                &self.at.timestamp_micros().to_be_bytes(),
                self.actor_kind.as_bytes(),
                self.actor_id.as_bytes(),
                self.actor_name.as_bytes(),
                self.action.as_bytes(),
                self.object_kind.as_bytes(),
                self.object_id.as_bytes(),
                self.object_name.as_bytes(),
                self.detail.as_bytes(),
                self.address.as_bytes(),
                self.request_id.as_bytes(),
            ],
        )
    }
}

/// A row with its place in the chain.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct ChainedEvent {
    /// The row.
    #[diesel(embed)]
    pub event: AuditEvent,
    /// Its number in the chain.
    pub seq: i64,
    /// Its HMAC; none only before a database got its audit key.
    pub mac: Option<Vec<u8>>,
}

impl ChainedEvent {
    /// The row behind another.
    pub fn behind(before: &Link, event: AuditEvent, key: &AuditKey) -> Self {
        let Link { seq, mac } = event.link(key, before);
        Self {
            event,
            seq,
            mac: Some(mac),
        }
    }

    /// Its place, as it says.
    pub fn place(&self) -> Link {
        Link {
            seq: self.seq,
            mac: self.mac.clone().unwrap_or_default(),
        }
    }
}

/// Inserts a row.
pub(super) fn insert(conn: &mut Conn, row: ChainedEvent) -> Result<()> {
    let place = (events::seq.eq(row.seq), events::mac.eq(row.mac));
    diesel::insert_into(events::table)
        .values((row.event, place))
        .execute(conn)?;
    Ok(())
}

/// Gives a row from before the chain its HMAC.
pub(super) fn set_mac(conn: &mut Conn, id: AuditId, mac: &[u8]) -> Result<()> {
    diesel::update(events::table.find(id))
        .set(events::mac.eq(mac))
        .execute(conn)?;
    Ok(())
}

/// True when a row has an HMAC.
pub(super) fn has_macs(conn: &mut Conn) -> Result<bool> {
    let chained = events::table.filter(events::mac.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(chained)).get_result(conn)?)
}

/// The chains that have rows.
pub fn list_chains(conn: &mut Conn) -> Result<Vec<Option<TenantId>>> {
    Ok(events::table
        .select(events::tenant_id)
        .distinct()
        .load(conn)?)
}

/// The rows of a chain from number `from` on, in order.
pub fn list_from(
    conn: &mut Conn,
    chain: Option<TenantId>,
    from: i64,
    limit: i64,
) -> Result<Vec<ChainedEvent>> {
    let query = of_chain(chain)
        .filter(events::seq.ge(from))
        .order(events::seq)
        .limit(limit)
        .select(ChainedEvent::as_select());
    rows::load(conn, query)
}

/// The last row of a chain.
pub(super) fn last(conn: &mut Conn, chain: Option<TenantId>) -> Result<Option<ChainedEvent>> {
    let query = of_chain(chain)
        .order(events::seq.desc())
        .select(ChainedEvent::as_select());
    rows::first_if_any(conn, query)
}

/// Removes the rows of a chain up to a number.
pub(super) fn delete_to(conn: &mut Conn, chain: Option<TenantId>, seq: i64) -> Result<usize> {
    let old = events::table.filter(events::seq.le(seq));
    Ok(match chain {
        Some(tenant) => diesel::delete(old.filter(events::tenant_id.eq(tenant))).execute(conn)?,
        None => diesel::delete(old.filter(events::tenant_id.is_null())).execute(conn)?,
    })
}

fn of_chain(chain: Option<TenantId>) -> events::BoxedQuery<'static, MultiBackend> {
    let all = events::table.into_boxed();
    match chain {
        Some(tenant) => all.filter(events::tenant_id.eq(tenant)),
        None => all.filter(events::tenant_id.is_null()),
    }
}

/// The newest rows about one object of a tenant, newest first.
pub fn list_newest(
    conn: &mut Conn,
    tenant: TenantId,
    object_id: &str,
    limit: i64,
) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .filter(events::tenant_id.eq(tenant))
        .order(events::id.desc())
        .limit(limit)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}

/// What staff did in a tenant, and the operator with all of it, newest first. That they looked is left out.
pub fn list_of_staff(conn: &mut Conn, tenant: TenantId, most: i64) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::tenant_id.eq(tenant))
        .filter(
            events::actor_kind.eq("support").or(events::actor_kind
                .eq("operator")
                .and(events::object_kind.eq("tenant"))),
        )
        .filter(events::action.ne(TENANT_LOOKED_AT))
        .order(events::id.desc())
        .limit(most)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}

/// The rows about one object, oldest first.
pub fn list_of_object(conn: &mut Conn, object_id: &str) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .order(events::id)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}

/// What happened to one object of a tenant, of these kinds only: newest first, at most `most`.
pub fn list_of_actions(
    conn: &mut Conn,
    tenant: TenantId,
    object_id: &str,
    actions: &[&str],
    most: i64,
) -> Result<Vec<AuditEvent>> {
    let query = events::table
        .filter(events::object_id.eq(object_id))
        .filter(events::tenant_id.eq(tenant))
        .filter(events::action.eq_any(actions))
        .order(events::id.desc())
        .limit(most)
        .select(AuditEvent::as_select());
    rows::load(conn, query)
}
