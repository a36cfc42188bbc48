//! Rows of the audit log as people look for them: filtered, newest first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::audit::ChainedEvent;
use super::connection::MultiBackend;
use super::schema::audit_events as events;
use super::{Conn, audit_spans, rows};
use crate::domain::Result;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::text_form::folded;
use crate::domain::time::Timestamp;

/// Rows that one search looks at, at most.
pub const LOOKED_AT: i64 = 100_000;

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
    /// From this number on.
    pub since: Option<i64>,
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

/// Whose log is read; of staff's, the rows from one id on and before another.
#[derive(Clone, Copy)]
enum Log {
    Tenant(TenantId),
    Staff(Reach, Option<AuditId>, Option<AuditId>),
}

impl Log {
    /// Its rows of the time that is looked at.
    fn rows(self, filter: &Filter) -> events::BoxedQuery<'static, MultiBackend> {
        let mut query = match self {
            Self::Tenant(tenant) => events::table
                .filter(events::tenant_id.eq(tenant))
                .into_boxed(),
            Self::Staff(reach, since, before) => of_staff(reach, since, before),
        };
        if let Some(from) = filter.from {
            query = query.filter(events::at.ge(from.naive_utc()));
        }
        if let Some(to) = filter.to {
            query = query.filter(events::at.lt(to.naive_utc()));
        }
        if let (Self::Tenant(_), Some(before)) = (self, filter.before) {
            query = query.filter(events::seq.lt(before));
        }
        if let (Self::Tenant(_), Some(since)) = (self, filter.since) {
            query = query.filter(events::seq.ge(since));
        }
        query
    }
}

/// The rows of a tenant that fit, newest first; and where looking ended before the log did: no more than [`LOOKED_AT`] are
/// looked at.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    filter: &Filter,
    limit: i64,
) -> Result<(Vec<ChainedEvent>, Option<i64>)> {
    let (first, behind) = audit_spans::span(conn, tenant, filter.from, filter.to)?;
    let behind = filter.before.map_or(behind, |before| before.min(behind));
    let since = first.max(behind.saturating_sub(LOOKED_AT));
    let looked = Filter {
        before: Some(behind),
        since: Some(since),
        ..filter.clone()
    };
    let query = fitting(conn, Log::Tenant(tenant), &looked)?
        .order(events::seq.desc())
        .limit(limit)
        .select(ChainedEvent::as_select());
    let found = rows::load(conn, query)?;
    Ok((found, Some(since).filter(|since| *since > first)))
}

fn of_staff(
    reach: Reach,
    since: Option<AuditId>,
    before: Option<AuditId>,
) -> events::BoxedQuery<'static, MultiBackend> {
    let mut query = events::table
        .filter(sql::<Bool>(reach.condition()))
        .into_boxed();
    if let Some(since) = since {
        query = query.filter(events::id.ge(since));
    }
    if let Some(before) = before {
        query = query.filter(events::id.lt(before));
    }
    query
}

/// The rows within `reach` that fit, newest first; those older than `before`, if that is given; and where looking ended
/// before the log did, as in [`list`]. They are of many chains, so their numbers say nothing.
pub fn list_of_staff(
    conn: &mut Conn,
    reach: Reach,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<(Vec<ChainedEvent>, Option<AuditId>)> {
    // Without a filter it ends with the page.
    let since = if *filter == Filter::default() {
        None
    } else {
        last_looked_at(conn, reach, before)?
    };
    let query = fitting(conn, Log::Staff(reach, since, before), filter)?
        .order(events::id.desc())
        .limit(limit)
        .select(ChainedEvent::as_select());
    Ok((rows::load(conn, query)?, since))
}

/// The last of the rows that one search looks at, if there are others behind it.
fn last_looked_at(
    conn: &mut Conn,
    reach: Reach,
    before: Option<AuditId>,
) -> Result<Option<AuditId>> {
    let last: Vec<AuditId> = of_staff(reach, None, before)
        .order(events::id.desc())
        .offset(LOOKED_AT - 1)
        .limit(2)
        .select(events::id)
        .load(conn)?;
    Ok(last.first().copied().filter(|_| last.len() > 1))
}

/// The rows whose name in this column has a text in it, or whose id in that one is it. Databases know the small letters of
/// ASCII alone, or not in all Unicode forms: names with others are compared here, each once, however many rows it is in.
/// Of more than [`MOST_NAMES`] such names that fit, some are left out.
macro_rules! with_name {
    ($conn:expr, $log:expr, $filter:expr, $query:expr, $text:expr, $id:ident, $name:ident) => {{
        let (text, part) = ($text, folded($text));
        let other = concat!(
            "octet_length(",
            stringify!($name),
            ") <> length(",
            stringify!($name),
            ")"
        );
        let query = $log.rows($filter).filter(sql::<Bool>(other));
        let query = query.select(events::$name).distinct();
        let names: Vec<String> = query.load($conn)?;
        let fits = |name: &String| folded(name).contains(&part);
        let names: Vec<String> = names.into_iter().filter(fits).take(MOST_NAMES).collect();
        let named = lower(events::$name)
            .like(pattern(&part))
            .escape('\\')
            .or(events::$name.eq_any(names));
        $query.filter(events::$id.eq(text.to_owned()).or(named))
    }};
}

/// What both databases take as values of one query.
const MOST_NAMES: usize = 10_000;

fn fitting(
    conn: &mut Conn,
    log: Log,
    filter: &Filter,
) -> Result<events::BoxedQuery<'static, MultiBackend>> {
    let mut query = log.rows(filter);
    if !filter.action.is_empty() {
        query = query.filter(events::action.eq(filter.action.clone()));
    }
    if !filter.actor.is_empty() {
        query = with_name!(
            conn,
            log,
            filter,
            query,
            &filter.actor,
            actor_id,
            actor_name
        );
    }
    if !filter.object.is_empty() {
        query = with_name!(
            conn,
            log,
            filter,
            query,
            &filter.object,
            object_id,
            object_name
        );
    }
    Ok(query)
}

/// What LIKE takes for "has this in it".
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
