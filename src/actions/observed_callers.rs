//! The callers of keys whose allowlist is observed, for people who decide about a list.

use chrono::TimeDelta;

use crate::db::observed_callers::Caller;
use crate::db::request_records::Filter;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::address_list::AddressList;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::request_id::RequestId;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// Days for which callers are kept and shown.
pub const DAYS: i64 = 30;
/// Days back in which a caller counts as one that a stricter list would hit.
const RECENT_DAYS: i64 = 7;
/// Requests that are looked at beside the observed callers.
const REQUESTS: i64 = 1_000;

/// The callers of the last 30 days, newest first.
pub fn list(conn: &mut Conn, tenant: TenantId, key: KeyId, now: Timestamp) -> Result<Vec<Caller>> {
    let from = now - TimeDelta::days(DAYS);
    db::observed_callers::list(conn, tenant, key, from)
}

/// The addresses of the last 7 days that a list would refuse: of observed callers, and of the last 1,000 accepted
/// requests. An unknown address is the empty text.
pub fn refused_by(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    list: &AddressList,
    now: Timestamp,
) -> Result<Vec<String>> {
    let from = now - TimeDelta::days(RECENT_DAYS);
    let observed = db::observed_callers::list(conn, tenant, key, from)?;
    let recent = Filter {
        key: Some(key),
        code: Code::Valid.as_str().into(),
        from: Some(RequestId::first_at(from)),
        ..Filter::default()
    };
    let records = db::request_records::list(conn, tenant, &recent, REQUESTS)?;
    let addresses = observed
        .into_iter()
        .map(|caller| caller.address)
        .chain(records.into_iter().map(|record| record.address));
    let mut refused: Vec<String> = addresses.filter(|at| !list.allows_text(at)).collect();
    refused.sort();
    refused.dedup();
    Ok(refused)
}
