//! How often keys were used, by verdict: minutes as they happen, hours and days folded from them.

use std::sync::LazyLock;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use super::many_rows::{self, Row};
use super::schema::{api_keys as keys, key_usage as usage, usage_progress as progress};
use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::tally::Tally;
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
pub(super) fn column(code: Code) -> String {
    code.as_str().to_ascii_lowercase()
}

/// A part of a statement for each column of counts, joined by `between`.
pub(super) fn of_columns(between: &str, part: impl Fn(&str) -> String) -> String {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The key.
    pub key_id: KeyId,
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
            key_id: key,
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
        KeyId: ToSql<Text, D>,
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

/// Seconds by which servers' clocks may differ without harm.
const AHEAD: i64 = 600;

/// Adds counts and moves last-accepted forward, never back. At most one row for each key, span and start.
pub fn add(conn: &mut Conn, used: &[Used]) -> Result<()> {
    many_rows::write(conn, used)
}

/// Whether a key of the tenant was ever accepted.
pub fn was_accepted(conn: &mut Conn, tenant: TenantId) -> Result<bool> {
    let own = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .select(keys::id);
    let one = usage::table
        .filter(usage::key_id.eq_any(own))
        .filter(usage::last_accepted.gt(0_i64))
        .select(usage::start)
        .first::<i64>(conn);
    Ok(one.optional()?.is_some())
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
