//! Rows of the audit log as people look for them: filtered, newest first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::audit::ChainedEvent;
use super::connection::MultiBackend;
use super::schema::audit_events as events;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::time::Timestamp;

/// Which rows. Empty fields restrict nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// With this action.
    pub action: String,
    /// Of who has this id, or this in the name.
    pub actor: String,
    /// About what has this id, or this in the name.
    pub object: String,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Before this number.
    pub before: Option<i64>,
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// A text in small letters.
    fn lower(text: Text) -> Text;
}

/// What of the log staff reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What staff did, to whichever tenant.
    Staff,
    /// That, what operators did at the shell, and what happened to the installation.
    Installation,
}

impl Reach {
    /// The condition in SQL. A database takes an index over some rows only when it sees their values in the text.
    fn condition(self) -> &'static str {
        match self {
            Self::Staff => "audit_events.actor_kind = 'support'",
            Self::Installation => {
                "(audit_events.actor_kind = 'support' OR audit_events.actor_kind = 'operator' \
                 OR audit_events.tenant_id IS NULL)"
            }
        }
    }
}

/// The rows of a tenant that fit, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<ChainedEvent>> {
    let query = fitting(filter)
        .filter(events::tenant_id.eq(tenant))
        .order(events::seq.desc())
        .limit(limit)
        .select(ChainedEvent::as_select());
    rows::load(conn, query)
}

/// The rows within `reach` that fit, newest first; those older than `before`, if that is given. They are of many chains, so
/// their numbers say nothing.
pub fn list_of_staff(
    conn: &mut Conn,
    reach: Reach,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<ChainedEvent>> {
    let mut query = fitting(filter)
        .filter(sql::<Bool>(reach.condition()))
        .order(events::id.desc())
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(events::id.lt(before));
    }
    rows::load(conn, query.select(ChainedEvent::as_select()))
}

fn fitting(filter: &Filter) -> events::BoxedQuery<'static, MultiBackend> {
    let mut query = events::table.into_boxed();
    if !filter.action.is_empty() {
        query = query.filter(events::action.eq(filter.action.clone()));
    }
    if !filter.actor.is_empty() {
        let named = lower(events::actor_name)
            .like(pattern(&filter.actor))
            .escape('\\');
        query = query.filter(events::actor_id.eq(filter.actor.clone()).or(named));
    }
    if !filter.object.is_empty() {
        let named = lower(events::object_name)
            .like(pattern(&filter.object))
            .escape('\\');
        query = query.filter(events::object_id.eq(filter.object.clone()).or(named));
    }
    if let Some(from) = filter.from {
        query = query.filter(events::at.ge(from.naive_utc()));
    }
    if let Some(to) = filter.to {
        query = query.filter(events::at.lt(to.naive_utc()));
    }
    if let Some(before) = filter.before {
        query = query.filter(events::seq.lt(before));
    }
    query
}

/// What LIKE takes for "has this in it".
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
