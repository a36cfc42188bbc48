//! How often keys were used, by UTC day, and when last.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::schema::key_usage_days as days;
use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::KeyId;

/// What happened to one key on one day, to be added to what is there.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = days, treat_none_as_default_value = false)]
pub struct Used {
    /// The key.
    pub key_id: String,
    /// The day in UTC.
    pub day: NaiveDate,
    /// Answers that accepted it.
    pub accepted: i64,
    /// Answers that refused it.
    pub refused: i64,
    /// When it was last accepted.
    pub last_accepted_at: Option<NaiveDateTime>,
}

/// Rows in one statement: five columns each, far under the limits of both databases.
const ROWS: usize = 500;

/// Adds counts and moves last-used forward, never back. At most one row for each key and day.
pub fn add(conn: &mut Conn, used: &[Used]) -> Result<()> {
    used.chunks(ROWS)
        .try_for_each(|rows| dialect::add_usage(conn, rows))
}

/// Answers given for a key on a day: accepted and refused together.
pub fn count_on(conn: &mut Conn, key: KeyId, day: NaiveDate) -> Result<i64> {
    let found: Option<(i64, i64)> = days::table
        .find((key.to_string(), day))
        .select((days::accepted, days::refused))
        .first(conn)
        .optional()?;
    Ok(found.map_or(0, |(accepted, refused)| accepted + refused))
}
