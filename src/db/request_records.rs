//! The request log: one row for each decision about a known key. Every query takes the tenant.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::connection::MultiBackend;
use super::many_rows::{self, row};
use super::schema::request_records as records;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::request_id::RequestId;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = records)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: RequestId,
    pub tenant_id: TenantId,
    pub key_id: KeyId,
    pub at: Timestamp,
    pub code: Code,
    pub method: String,
    pub path: String,
    pub scope: String,
    pub address: String,
    pub user_agent: String,
    pub rev: i64,
    pub last4: String,
}

/// A row to be inserted, as it is bound: there are thousands a second.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct NewRecord {
    pub id: String,
    pub tenant_id: String,
    pub key_id: String,
    pub at: i64,
    pub code: String,
    pub method: String,
    pub path: String,
    pub scope: String,
    pub address: String,
    pub user_agent: String,
    pub rev: i64,
    pub last4: String,
}

row!(
    NewRecord,
    "request_records",
    " ON CONFLICT DO NOTHING",
    id: Text,
    tenant_id: Text,
    key_id: Text,
    at: BigInt,
    code: Text,
    method: Text,
    path: Text,
    scope: Text,
    address: Text,
    user_agent: Text,
    rev: BigInt,
    last4: Text,
);

/// Records that one search looks at, at most.
pub const LOOKED_AT: i64 = 100_000;

/// Which records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one key.
    pub key: Option<KeyId>,
    /// With this verdict; `refused` stands for all but VALID. Empty: any.
    pub code: String,
    /// From this address. Empty: any.
    pub address: String,
    /// With this HTTP method. Empty: any.
    pub method: String,
    /// Whose path starts so. Empty: any.
    pub path: String,
    /// From this instant on.
    pub from: Option<RequestId>,
    /// Before this instant, or older than this record.
    pub before: Option<RequestId>,
    /// Newer than this record.
    pub after: Option<RequestId>,
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// A part of a text: characters from `start` on, counted from 1.
    fn substr(text: Text, start: Integer, length: Integer) -> Text;
}

/// Inserts rows; those that are there already stay as they are, so that a retry is harmless.
pub fn insert(conn: &mut Conn, rows: &[NewRecord]) -> Result<()> {
    many_rows::write(conn, rows)
}

/// The tenant's records, newest first. Of those that are asked for by more than time and key no more than
/// [`LOOKED_AT`] are looked at.
pub fn list(conn: &mut Conn, tenant: TenantId, filter: &Filter, limit: i64) -> Result<Vec<Record>> {
    search(conn, tenant, filter, limit).map(|(found, _)| found)
}

/// As [`list`], and where looking ended before the log did: the oldest record that was looked at.
pub fn search(
    conn: &mut Conn,
    tenant: TenantId,
    filter: &Filter,
    limit: i64,
) -> Result<(Vec<Record>, Option<RequestId>)> {
    let end = end(conn, tenant, filter)?;
    let mut query = fitting(tenant, filter).limit(limit);
    if let Some(end) = end {
        query = query.filter(records::id.ge(end));
    }
    let found = rows::load(conn, query.select(Record::as_select()))?;
    Ok((found, end))
}

/// The record at which a search ends. Counting along an index is cheap; what has to be compared is not.
fn end(conn: &mut Conn, tenant: TenantId, filter: &Filter) -> Result<Option<RequestId>> {
    let texts = [&filter.code, &filter.address, &filter.method, &filter.path];
    if texts.into_iter().all(String::is_empty) {
        return Ok(None);
    }
    let unread = Filter {
        code: String::new(),
        address: String::new(),
        method: String::new(),
        path: String::new(),
        ..filter.clone()
    };
    let query = fitting(tenant, &unread).offset(LOOKED_AT - 1).limit(1);
    Ok(query.select(records::id).first(conn).optional()?)
}

fn fitting(tenant: TenantId, filter: &Filter) -> records::BoxedQuery<'static, MultiBackend> {
    let mut query = records::table
        .filter(records::tenant_id.eq(tenant))
        .order(records::id.desc())
        .into_boxed();
    if let Some(key) = filter.key {
        query = query.filter(records::key_id.eq(key));
    }
    match filter.code.as_str() {
        "" => {}
        "refused" => query = query.filter(records::code.ne("VALID")),
        code => query = query.filter(records::code.eq(code.to_owned())),
    }
    if !filter.address.is_empty() {
        query = query.filter(records::address.eq(filter.address.clone()));
    }
    if !filter.method.is_empty() {
        query = query.filter(records::method.eq(filter.method.clone()));
    }
    if !filter.path.is_empty() {
        // LIKE would take no notice of the case on SQLite.
        let length = i32::try_from(filter.path.chars().count()).unwrap_or(i32::MAX);
        query = query.filter(substr(records::path, 1, length).eq(filter.path.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(records::id.ge(from));
    }
    if let Some(before) = filter.before {
        query = query.filter(records::id.lt(before));
    }
    if let Some(after) = filter.after {
        query = query.filter(records::id.gt(after));
    }
    query
}

/// The tenant's record of a request.
///
/// # Errors
/// `NotFound`, also for another tenant's request.
pub fn find(conn: &mut Conn, tenant: TenantId, id: RequestId) -> Result<Record> {
    let query = records::table
        .filter(records::id.eq(id))
        .filter(records::tenant_id.eq(tenant))
        .select(Record::as_select());
    rows::first(conn, query)
}

/// A record of whatever tenant, for staff.
///
/// # Errors
/// `NotFound`.
pub fn find_of_any(conn: &mut Conn, id: RequestId) -> Result<Record> {
    let query = records::table
        .filter(records::id.eq(id))
        .select(Record::as_select());
    rows::first(conn, query)
}

/// The newest record of a key with a verdict.
pub fn newest(conn: &mut Conn, tenant: TenantId, key: KeyId, code: &str) -> Result<Option<Record>> {
    let filter = Filter {
        key: Some(key),
        code: code.to_owned(),
        ..Filter::default()
    };
    Ok(list(conn, tenant, &filter, 1)?.pop())
}

/// Deletes at most `limit` records from before an instant, oldest first, and returns how many it deleted.
pub fn prune(conn: &mut Conn, before: RequestId, limit: i64) -> Result<usize> {
    let oldest: Vec<String> = records::table
        .filter(records::id.lt(before))
        .order(records::id)
        .limit(limit)
        .select(records::id)
        .load(conn)?;
    let Some(last) = oldest.last() else {
        return Ok(0);
    };
    Ok(diesel::delete(records::table)
        .filter(records::id.le(last))
        .execute(conn)?)
}
