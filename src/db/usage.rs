//! How often keys were used, by verdict: minutes as they happen, hours and days folded from them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::many_rows::{self, row};
use super::schema::{key_usage as usage, usage_progress as progress};
use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};

/// Seconds of a minute, an hour and a day: the spans that are kept.
pub const MINUTE: i64 = 60;
/// See [`MINUTE`].
pub const HOUR: i64 = 3_600;
/// See [`MINUTE`].
pub const DAY: i64 = 86_400;

/// Answers for a key in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Used {
    pub key_id: String,
    pub span: i64,
    pub start: i64,
    pub valid: i64,
    pub tenant_suspended: i64,
    pub revoked: i64,
    pub disabled: i64,
    pub expired: i64,
    pub ip_denied: i64,
    pub insufficient_scope: i64,
    pub rate_limited: i64,
    pub last_accepted: i64,
}

// Counts may arrive out of order, and refusals alone bring no instant: the newer one stays.
row!(
    Used,
    "key_usage",
    " ON CONFLICT (key_id, span, start) DO UPDATE SET \
      valid = key_usage.valid + excluded.valid, \
      tenant_suspended = key_usage.tenant_suspended + excluded.tenant_suspended, \
      revoked = key_usage.revoked + excluded.revoked, disabled = key_usage.disabled + excluded.disabled, \
      expired = key_usage.expired + excluded.expired, ip_denied = key_usage.ip_denied + excluded.ip_denied, \
      insufficient_scope = key_usage.insufficient_scope + excluded.insufficient_scope, \
      rate_limited = key_usage.rate_limited + excluded.rate_limited, \
      last_accepted = CASE WHEN excluded.last_accepted > key_usage.last_accepted \
        THEN excluded.last_accepted ELSE key_usage.last_accepted END",
    key_id: Text,
    span: BigInt,
    start: BigInt,
    valid: BigInt,
    tenant_suspended: BigInt,
    revoked: BigInt,
    disabled: BigInt,
    expired: BigInt,
    ip_denied: BigInt,
    insufficient_scope: BigInt,
    rate_limited: BigInt,
    last_accepted: BigInt,
);

/// Answers of several keys in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Bucket {
    /// Start of the span, in seconds since 1970.
    #[diesel(sql_type = BigInt)]
    pub start: i64,
    #[diesel(sql_type = BigInt)]
    pub valid: i64,
    #[diesel(sql_type = BigInt)]
    pub tenant_suspended: i64,
    #[diesel(sql_type = BigInt)]
    pub revoked: i64,
    #[diesel(sql_type = BigInt)]
    pub disabled: i64,
    #[diesel(sql_type = BigInt)]
    pub expired: i64,
    #[diesel(sql_type = BigInt)]
    pub ip_denied: i64,
    #[diesel(sql_type = BigInt)]
    pub insufficient_scope: i64,
    #[diesel(sql_type = BigInt)]
    pub rate_limited: i64,
}

impl Bucket {
    /// Answers that refused.
    pub fn refused(&self) -> i64 {
        self.tenant_suspended
            + self.revoked
            + self.disabled
            + self.expired
            + self.ip_denied
            + self.insufficient_scope
            + self.rate_limited
    }

    /// Adds the answers of another span.
    pub fn add(&mut self, more: &Self) {
        self.valid += more.valid;
        self.tenant_suspended += more.tenant_suspended;
        self.revoked += more.revoked;
        self.disabled += more.disabled;
        self.expired += more.expired;
        self.ip_denied += more.ip_denied;
        self.insufficient_scope += more.insufficient_scope;
        self.rate_limited += more.rate_limited;
    }
}

/// Whose usage: a tenant's, or a part of it.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// One of its keys.
    pub key: Option<KeyId>,
    /// `live` or `test`; empty: both.
    pub environment: &'a str,
}

/// Seconds by which servers' clocks may differ without harm.
const AHEAD: i64 = 600;

/// Adds counts and moves last-accepted forward, never back. At most one row for each key, span and start.
pub fn add(conn: &mut Conn, used: &[Used]) -> Result<()> {
    many_rows::write(conn, used)
}

/// Where minutes are folded up to; what is written in this transaction must not start before it.
pub fn folded_to(conn: &mut Conn) -> Result<i64> {
    dialect::folded_to(conn, "FOR SHARE")
}

/// As [`folded_to`], for who only reads.
pub(super) fn folded(conn: &mut Conn) -> Result<i64> {
    Ok(progress::table
        .find(1)
        .select(progress::folded_to)
        .first(conn)?)
}

/// Folds the minutes that start before `to` into hours and days.
pub fn fold(conn: &mut Conn, to: i64) -> Result<()> {
    let from = dialect::folded_to(conn, "FOR UPDATE")?;
    if from > to + AHEAD {
        return unfold(conn, from, to);
    }
    for span in [HOUR, DAY] {
        diesel::sql_query(
            "INSERT INTO key_usage (key_id, span, start, valid, tenant_suspended, revoked, disabled, expired, \
               ip_denied, insufficient_scope, rate_limited, last_accepted) \
             SELECT key_id, $1, start - start % $1, CAST(SUM(valid) AS BIGINT), \
               CAST(SUM(tenant_suspended) AS BIGINT), CAST(SUM(revoked) AS BIGINT), CAST(SUM(disabled) AS BIGINT), \
               CAST(SUM(expired) AS BIGINT), CAST(SUM(ip_denied) AS BIGINT), \
               CAST(SUM(insufficient_scope) AS BIGINT), CAST(SUM(rate_limited) AS BIGINT), MAX(last_accepted) \
             FROM key_usage WHERE span = 60 AND start >= $2 AND start < $3 \
             GROUP BY key_id, start - start % $1 \
             ON CONFLICT (key_id, span, start) DO UPDATE SET \
               valid = key_usage.valid + excluded.valid, \
               tenant_suspended = key_usage.tenant_suspended + excluded.tenant_suspended, \
               revoked = key_usage.revoked + excluded.revoked, \
               disabled = key_usage.disabled + excluded.disabled, \
               expired = key_usage.expired + excluded.expired, \
               ip_denied = key_usage.ip_denied + excluded.ip_denied, \
               insufficient_scope = key_usage.insufficient_scope + excluded.insufficient_scope, \
               rate_limited = key_usage.rate_limited + excluded.rate_limited, \
               last_accepted = CASE WHEN excluded.last_accepted > key_usage.last_accepted \
                 THEN excluded.last_accepted ELSE key_usage.last_accepted END",
        )
        .bind::<BigInt, _>(span)
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(to)
        .execute(conn)?;
    }
    diesel::update(progress::table.find(1))
        .filter(progress::folded_to.lt(to))
        .set(progress::folded_to.eq(to))
        .execute(conn)?;
    Ok(())
}

/// Somebody's clock was ahead, and time is taken back: those minutes are in their hours and days already, and the
/// present ones would otherwise be taken for folded until that time is reached.
fn unfold(conn: &mut Conn, from: i64, to: i64) -> Result<()> {
    diesel::delete(usage::table)
        .filter(usage::span.eq(MINUTE))
        .filter(usage::start.ge(to))
        .filter(usage::start.lt(from))
        .execute(conn)?;
    diesel::update(progress::table.find(1))
        .set(progress::folded_to.eq(to))
        .execute(conn)?;
    Ok(())
}

/// Deletes at most `limit` rows of a span that start before `before`, and returns how many it deleted.
pub fn prune(conn: &mut Conn, span: i64, before: i64, limit: i64) -> Result<usize> {
    Ok(diesel::sql_query(
        "DELETE FROM key_usage WHERE (key_id, span, start) IN \
         (SELECT key_id, span, start FROM key_usage WHERE span = $1 AND start < $2 LIMIT $3)",
    )
    .bind::<BigInt, _>(span)
    .bind::<BigInt, _>(before)
    .bind::<BigInt, _>(limit)
    .execute(conn)?)
}

/// The usage of [`Whose`] from $5 until before $6 in spans of $1; minutes that are not folded yet ($7) count too.
/// CROSS JOIN keeps SQLite from walking every tenant's usage of that time. SQLite numbers parameters in the order in which
/// a statement names them, so $1 comes first here.
const OF_WHOSE: &str = "FROM api_keys k CROSS JOIN key_usage u \
    WHERE $1 >= 60 AND u.key_id = k.id AND k.tenant_id = $2 AND ($3 = '' OR k.id = $3) AND ($4 = '' OR k.environment = $4) \
      AND ((u.span = $1 AND u.start >= $5 AND u.start < $6) \
        OR (u.span = 60 AND $1 <> 60 AND u.start >= $7 AND u.start >= $5 AND u.start < $6))";

/// Answers by spans of `step` seconds ([`MINUTE`], [`HOUR`] or [`DAY`]) from `from` until before `to`, oldest first.
/// Spans without any are left out. Minutes that are not folded yet count too.
pub fn series(
    conn: &mut Conn,
    whose: Whose<'_>,
    step: i64,
    from: i64,
    to: i64,
) -> Result<Vec<Bucket>> {
    let folded_to = folded(conn)?;
    Ok(diesel::sql_query(format!(
        "SELECT u.start - u.start % $1 AS start, CAST(SUM(u.valid) AS BIGINT) AS valid, \
           CAST(SUM(u.tenant_suspended) AS BIGINT) AS tenant_suspended, CAST(SUM(u.revoked) AS BIGINT) AS revoked, \
           CAST(SUM(u.disabled) AS BIGINT) AS disabled, CAST(SUM(u.expired) AS BIGINT) AS expired, \
           CAST(SUM(u.ip_denied) AS BIGINT) AS ip_denied, \
           CAST(SUM(u.insufficient_scope) AS BIGINT) AS insufficient_scope, \
           CAST(SUM(u.rate_limited) AS BIGINT) AS rate_limited \
         {OF_WHOSE} GROUP BY u.start - u.start % $1 ORDER BY 1"
    ))
    .bind::<BigInt, _>(step)
    .bind::<Text, _>(whose.tenant.to_string())
    .bind::<Text, _>(whose.key.map(|key| key.to_string()).unwrap_or_default())
    .bind::<Text, _>(whose.environment)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .bind::<BigInt, _>(folded_to)
    .load(conn)?)
}

/// Answers of all spans together.
pub fn total(conn: &mut Conn, whose: Whose<'_>, step: i64, from: i64, to: i64) -> Result<Bucket> {
    let mut sum = Bucket {
        start: from,
        ..Bucket::default()
    };
    for bucket in series(conn, whose, step, from, to)? {
        sum.add(&bucket);
    }
    Ok(sum)
}

/// A number.
#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many keys were accepted at least once from `from` until before `to`; takes what [`series`] takes.
pub fn count_keys_in_use(
    conn: &mut Conn,
    whose: Whose<'_>,
    step: i64,
    from: i64,
    to: i64,
) -> Result<i64> {
    let folded_to = folded(conn)?;
    let query = format!("SELECT COUNT(DISTINCT k.id) AS n {OF_WHOSE} AND u.valid > 0");
    let count: Number = diesel::sql_query(query)
        .bind::<BigInt, _>(step)
        .bind::<Text, _>(whose.tenant.to_string())
        .bind::<Text, _>(whose.key.map(|key| key.to_string()).unwrap_or_default())
        .bind::<Text, _>(whose.environment)
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(to)
        .bind::<BigInt, _>(folded_to)
        .get_result(conn)?;
    Ok(count.n)
}

/// How often each key was refused because it is revoked, for those where that happened. The keys must be the tenant's
/// own: this asks for no tenant.
pub fn refused_as_revoked(conn: &mut Conn, keys: &[String]) -> Result<BTreeMap<String, i64>> {
    let folded_to = folded(conn)?;
    let rows: Vec<(String, i64)> = usage::table
        .filter(usage::key_id.eq_any(keys))
        .filter(usage::revoked.gt(0))
        .filter(
            usage::span
                .eq(DAY)
                .or(usage::span.eq(MINUTE).and(usage::start.ge(folded_to))),
        )
        .select((usage::key_id, usage::revoked))
        .load(conn)?;
    let mut sums = BTreeMap::new();
    for (key, count) in rows {
        *sums.entry(key).or_default() += count;
    }
    Ok(sums)
}

/// A key's answers in one UTC day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDay {
    /// The key.
    pub key_id: String,
    /// Start of the day, in seconds since 1970.
    pub day: i64,
    /// Accepted and refused together.
    pub answers: i64,
}

/// Answers by key and day from the day that starts at `from` on. The keys must be the tenant's own: this asks for no
/// tenant. Days without any are left out; one that is not folded whole comes in several parts.
pub fn days_of(conn: &mut Conn, keys: &[String], from: i64) -> Result<Vec<KeyDay>> {
    let folded_to = folded(conn)?;
    let rows: Vec<Used> = usage::table
        .filter(usage::key_id.eq_any(keys))
        .filter(
            usage::span
                .eq(DAY)
                .and(usage::start.ge(from))
                .or(usage::span
                    .eq(MINUTE)
                    .and(usage::start.ge(from.max(folded_to)))),
        )
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| KeyDay {
            day: row.start - row.start % DAY,
            answers: row.valid
                + row.tenant_suspended
                + row.revoked
                + row.disabled
                + row.expired
                + row.ip_denied
                + row.insufficient_scope
                + row.rate_limited,
            key_id: row.key_id,
        })
        .collect())
}
