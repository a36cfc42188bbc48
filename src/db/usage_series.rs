//! Answers by verdict over time, as pages show them: read from the minutes, hours and days of [`super::usage`].

use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::sql_types::{BigInt, Text};

use super::Conn;
use super::schema::key_usage as usage;
use super::usage::{DAY, MINUTE, column, folded, of_columns};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::tally::Counts;

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

/// Answers of several keys in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Start of the span, in seconds since 1970.
    pub start: i64,
    /// Answers by verdict.
    pub counts: Counts,
}

impl<D: Backend> QueryableByName<D> for Bucket
where
    i64: FromSql<BigInt, D>,
{
    fn build<'a>(row: &impl NamedRow<'a, D>) -> diesel::deserialize::Result<Self> {
        let number = |name: &str| NamedRow::get::<BigInt, i64>(row, name);
        Ok(Self {
            start: number("start")?,
            counts: Counts::read(|code| number(&column(code)))?,
        })
    }
}

/// The usage of [`Whose`] from $5 until before $6 in spans of $1; minutes that are not folded yet ($7) count too. CROSS
/// JOIN keeps SQLite from walking every tenant's usage of that time. SQLite numbers parameters in the order in which a
/// statement names them, so $1 comes first here.
const OF_WHOSE: &str = "FROM api_keys k CROSS JOIN key_usage u \
    WHERE $1 >= 60 AND u.key_id = k.id AND k.tenant_id = $2 AND ($3 = '' OR k.id = $3) AND ($4 = '' OR k.environment = $4) \
      AND ((u.span = $1 AND u.start >= $5 AND u.start < $6) \
        OR (u.span = 60 AND $1 <> 60 AND u.start >= $7 AND u.start >= $5 AND u.start < $6))";

/// Answers by spans of `step` seconds, a minute, an hour or a day, from `from` until before `to`, oldest first.
/// Spans without any are left out. Minutes that are not folded yet count too.
pub fn series(
    conn: &mut Conn,
    whose: Whose<'_>,
    step: i64,
    from: i64,
    to: i64,
) -> Result<Vec<Bucket>> {
    let folded_to = folded(conn)?;
    let sums = of_columns(", ", |name| {
        format!("CAST(SUM(u.{name}) AS BIGINT) AS {name}")
    });
    Ok(diesel::sql_query(format!(
        "SELECT u.start - u.start % $1 AS start, {sums} {OF_WHOSE} GROUP BY u.start - u.start % $1 ORDER BY 1"
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
pub fn total(conn: &mut Conn, whose: Whose<'_>, step: i64, from: i64, to: i64) -> Result<Counts> {
    let mut sum = Counts::default();
    for bucket in series(conn, whose, step, from, to)? {
        sum.add_all(&bucket.counts);
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
pub fn refused_as_revoked(conn: &mut Conn, keys: &[KeyId]) -> Result<BTreeMap<KeyId, i64>> {
    let folded_to = folded(conn)?;
    let rows: Vec<(KeyId, i64)> = usage::table
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
    pub key_id: KeyId,
    /// Start of the day, in seconds since 1970.
    pub day: i64,
    /// Accepted and refused together.
    pub answers: i64,
}

/// Answers by key and day from the day that starts at `from` on. The keys must be the tenant's own: this asks for no
/// tenant. Days without any are left out; one that is not folded whole comes in several parts.
pub fn days_of(conn: &mut Conn, keys: &[KeyId], from: i64) -> Result<Vec<KeyDay>> {
    let folded_to = folded(conn)?;
    let answers = of_columns(" + ", str::to_owned);
    let rows: Vec<(KeyId, i64, i64)> = usage::table
        .filter(usage::key_id.eq_any(keys))
        .filter(
            usage::span
                .eq(DAY)
                .and(usage::start.ge(from))
                .or(usage::span
                    .eq(MINUTE)
                    .and(usage::start.ge(from.max(folded_to)))),
        )
        .select((
            usage::key_id,
            usage::start,
            diesel::dsl::sql::<BigInt>(&answers),
        ))
        .load(conn)?;
    let day = |(key_id, start, answers)| KeyDay {
        key_id,
        day: start - start % DAY,
        answers,
    };
    Ok(rows.into_iter().map(day).collect())
}
