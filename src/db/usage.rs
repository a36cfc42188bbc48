//! How often keys were used, by verdict: minutes as they happen, hours and days folded from them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::row::NamedRow;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use super::many_rows::{self, Row};
use super::schema::{key_usage as usage, usage_progress as progress};
use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::tally::{Counts, Tally};
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// Seconds of a minute, an hour and a day: the spans that are kept.
pub const MINUTE: i64 = 60;
/// See [`MINUTE`].
pub const HOUR: i64 = 3_600;
/// See [`MINUTE`].
pub const DAY: i64 = 86_400;

/// The start of the minute that an instant is in, in seconds since 1970.
pub fn minute_of(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(MINUTE) * MINUTE
}

/// The column in which a verdict is counted.
fn column(code: Code) -> String {
    code.as_str().to_ascii_lowercase()
}

/// A part of a statement for each column of counts, joined by `between`.
fn of_columns(between: &str, part: impl Fn(&str) -> String) -> String {
    let parts = Code::OF_KEYS.map(|code| part(&column(code)));
    parts.join(between)
}

/// What stands before rows of usage, in the order in which [`Used`] binds its columns.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let counts = of_columns(", ", str::to_owned);
    format!("INSERT INTO key_usage (key_id, span, start, {counts}, last_accepted) ")
});

/// Adds to rows that are there. Counts may arrive out of order, and refusals alone bring no instant: the newer one
/// stays.
static ADD_TO_KNOWN: LazyLock<String> = LazyLock::new(|| {
    let sums = of_columns(", ", |name| {
        format!("{name} = key_usage.{name} + excluded.{name}")
    });
    format!(
        " ON CONFLICT (key_id, span, start) DO UPDATE SET {sums}, \
         last_accepted = CASE WHEN excluded.last_accepted > key_usage.last_accepted \
           THEN excluded.last_accepted ELSE key_usage.last_accepted END"
    )
});

/// Answers for a key in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// The key.
    pub key_id: String,
    /// Length of the span: [`MINUTE`], [`HOUR`] or [`DAY`].
    pub span: i64,
    /// Start of the span, in seconds since 1970.
    pub start: i64,
    /// What was counted.
    pub tally: Tally,
}

impl Used {
    /// What was counted of a key in the minute that begins at `start`.
    pub fn in_minute(key: KeyId, start: i64, tally: Tally) -> Self {
        Self {
            key_id: key.to_string(),
            span: MINUTE,
            start,
            tally,
        }
    }
}

impl Row for Used {
    fn insert() -> &'static str {
        static ROWS: LazyLock<String> = LazyLock::new(|| format!("{} VALUES ", *INSERT));
        &ROWS
    }

    fn conflict() -> &'static str {
        &ADD_TO_KNOWN
    }

    fn bind<'b, D>(&'b self, out: &mut AstPass<'_, 'b, D>) -> QueryResult<()>
    where
        D: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
        String: ToSql<Text, D>,
        i64: ToSql<BigInt, D>,
    {
        out.push_bind_param::<Text, _>(&self.key_id)?;
        let Tally {
            counts,
            last_accepted,
        } = &self.tally;
        let numbers = [&self.span, &self.start].into_iter();
        for number in numbers.chain(counts.numbers()).chain([last_accepted]) {
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(number)?;
        }
        Ok(())
    }
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
    let sums = of_columns(", ", |name| format!("CAST(SUM({name}) AS BIGINT)"));
    let fold = format!(
        "{} SELECT key_id, $1, start - start % $1, {sums}, MAX(last_accepted) \
         FROM key_usage WHERE span = 60 AND start >= $2 AND start < $3 GROUP BY key_id, start - start % $1{}",
        *INSERT, *ADD_TO_KNOWN
    );
    for span in [HOUR, DAY] {
        diesel::sql_query(&fold)
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

/// The usage of [`Whose`] from $5 until before $6 in spans of $1; minutes that are not folded yet ($7) count too. CROSS
/// JOIN keeps SQLite from walking every tenant's usage of that time. SQLite numbers parameters in the order in which a
/// statement names them, so $1 comes first here.
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
    let answers = of_columns(" + ", str::to_owned);
    let rows: Vec<(String, i64, i64)> = usage::table
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
