//! What support and a tenant write to each other about a request for a higher limit.

use diesel::prelude::*;

use super::schema::limit_messages as messages;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{LimitMessageId, LimitRequestId, TenantId};
use crate::domain::time::Timestamp;

/// A message.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct LimitMessage {
    /// Identifier.
    pub id: LimitMessageId,
    /// Support wrote it, not the tenant.
    pub by_support: bool,
    /// An admin's e-mail address, or the name of somebody of the support staff.
    pub author: String,
    /// What they wrote.
    pub words: String,
    /// When.
    pub written_at: Timestamp,
}

/// A message to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// Support writes it.
    pub by_support: bool,
    /// Who, as the other side reads it.
    pub author: &'a str,
    /// What they write.
    pub words: &'a str,
}

/// The messages about a request, oldest first.
pub fn list(conn: &mut Conn, request: LimitRequestId) -> Result<Vec<LimitMessage>> {
    let query = messages::table
        .filter(messages::request_id.eq(request))
        .order((messages::written_at, messages::id))
        .select(LimitMessage::as_select());
    rows::load(conn, query)
}

/// Keeps a message.
pub fn insert(
    conn: &mut Conn,
    (tenant, request): (TenantId, LimitRequestId),
    message: NewMessage<'_>,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(LimitMessageId::new()),
            messages::request_id.eq(request),
            messages::tenant_id.eq(tenant),
            messages::by_support.eq(message.by_support),
            messages::author.eq(message.author),
            messages::words.eq(message.words),
            messages::written_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}
