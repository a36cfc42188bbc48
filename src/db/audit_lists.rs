//! Rows of the audit log as people look for them: filtered, newest first.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::audit::ChainedEvent;
use super::schema::audit_events as events;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::TenantId;
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

/// The rows of a tenant that fit, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<ChainedEvent>> {
    let mut query = events::table
        .filter(events::tenant_id.eq(tenant))
        .order(events::seq.desc())
        .limit(limit)
        .select(ChainedEvent::as_select())
        .into_boxed();
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
    rows::load(conn, query)
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
