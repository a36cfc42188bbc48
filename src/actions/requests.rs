//! The request log as people read it: the tenant's requests and the gaps between them, newest first.

use std::cmp::Reverse;

use serde_json::Value;

use super::{Object, record};
use crate::db::key_labels::KeyLabel;
use crate::db::request_records::{Filter, Record};
use crate::db::usage_gaps::Gap;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::KeyId;
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::time::from_micros;

/// Most gaps on one page. An hour of overload makes thousands; the next page goes on with them.
const GAPS: usize = 200;

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A request.
    Request(Box<Record>),
    /// A time in which requests are missing.
    Gap(Gap),
}

impl Line {
    /// Where the line stands among the others: the id of the request, or for a gap that of its end.
    pub fn order(&self) -> RequestId {
        match self {
            Self::Request(record) => record.id,
            Self::Gap(gap) => RequestId::first_at(from_micros(gap.to_at)),
        }
    }
}

/// A part of the log.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Newest first.
    pub lines: Vec<Line>,
    /// The keys that the lines are about.
    pub keys: Vec<KeyLabel>,
    /// Where the next page begins; none at the end of the log.
    pub next: Option<RequestId>,
    /// The oldest request that was looked at, when older ones were not although the page has room.
    pub looked_to: Option<RequestId>,
}

/// The newest `limit` requests that fit, older than `cursor` when it is given, and the gaps among them.
///
/// # Errors
/// `Forbidden` without the right.
pub fn page(
    conn: &mut Conn,
    by: &Actor,
    filter: &Filter,
    cursor: Option<RequestId>,
    limit: usize,
) -> Result<Page> {
    by.must_hold(Right::SeeUsage)?;
    let narrowed = Filter {
        before: [cursor, filter.before].into_iter().flatten().min(),
        ..filter.clone()
    };
    let rows = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (mut records, looked_to) = db::request_records::search(conn, by.tenant, &narrowed, rows)?;
    let more = records.len() > limit;
    records.truncate(limit);
    let mut lines: Vec<Line> = records
        .into_iter()
        .map(|record| Line::Request(Box::new(record)))
        .collect();
    let looked_to = looked_to.filter(|_| !more);
    let mut next = lines.last().filter(|_| more).map(Line::order).or(looked_to);
    let start = next.max(filter.from).max(filter.after);
    let (gaps, end) = gaps(conn, filter, cursor, start)?;
    if let Some(end) = end {
        lines.retain(|line| line.order() >= end);
        next = Some(end);
    }
    lines.extend(gaps);
    lines.sort_by_key(|line| Reverse(line.order()));
    let keys = labels(conn, by, &lines)?;
    Ok(Page {
        lines,
        keys,
        next,
        looked_to: looked_to.filter(|to| next == Some(*to)),
    })
}

/// The gaps from `start` on that belong to the page before `cursor`; and where the page has to end because there are
/// more of them than fit.
fn gaps(
    conn: &mut Conn,
    filter: &Filter,
    cursor: Option<RequestId>,
    start: Option<RequestId>,
) -> Result<(Vec<Line>, Option<RequestId>)> {
    let micros = |id: RequestId| id.at().timestamp_micros();
    // One that reaches beyond the end of the filter still hides requests before it.
    let until = [cursor, filter.before].into_iter().flatten().min();
    let from = start.map_or(0, micros);
    let found = db::usage_gaps::list(
        conn,
        from,
        until.map_or(i64::MAX, micros),
        i64::try_from(GAPS).unwrap_or(1),
    )?;
    let full = found.len() == GAPS;
    let mut lines: Vec<Line> = found.into_iter().map(Line::Gap).collect();
    let end = lines.last().filter(|_| full).map(Line::order);
    // The page before this one has shown those that end later, and the next one shows the others.
    lines.retain(|line| {
        let order = line.order();
        cursor.is_none_or(|cursor| order < cursor) && start.is_none_or(|start| order >= start)
    });
    Ok((lines, end))
}

fn labels(conn: &mut Conn, by: &Actor, lines: &[Line]) -> Result<Vec<KeyLabel>> {
    let mut ids: Vec<KeyId> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Request(record) => Some(record.key_id),
            Line::Gap(_) => None,
        })
        .collect();
    ids.sort();
    ids.dedup();
    db::key_labels::find(conn, by.tenant, &ids)
}

/// Notes that somebody takes a copy of the log.
///
/// # Errors
/// `Forbidden` without the right.
pub fn note_export(conn: &mut Conn, by: &Actor, detail: Value) -> Result<()> {
    by.must_hold(Right::SeeUsage)?;
    let id = by.tenant.to_string();
    let object = Object {
        kind: "request_log",
        id,
        name: "Request log",
    };
    record(conn, by, &Event::UsageExported(detail), object)
}
