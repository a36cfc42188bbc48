//! How often keys were used, by UTC day, and when last.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use super::Conn;
use super::schema::{api_keys, key_usage_days as days};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::time::Timestamp;

/// What happened to one key since the last flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The key.
    pub key: KeyId,
    /// Answers that accepted it.
    pub accepted: i64,
    /// Answers that refused it.
    pub refused: i64,
    /// When it was last accepted.
    pub last_accepted: Option<Timestamp>,
}

/// Adds counts to the day and moves last-used forward, never back.
pub fn add(conn: &mut Conn, used: &Used, day: NaiveDate) -> Result<()> {
    let key = used.key.to_string();
    diesel::sql_query(
        "INSERT INTO key_usage_days (key_id, day, accepted, refused) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (key_id, day) DO UPDATE SET accepted = key_usage_days.accepted + excluded.accepted, \
         refused = key_usage_days.refused + excluded.refused",
    )
    .bind::<Text, _>(&key)
    .bind::<Date, _>(day)
    .bind::<BigInt, _>(used.accepted)
    .bind::<BigInt, _>(used.refused)
    .execute(conn)?;
    if let Some(at) = used.last_accepted.map(|at| at.naive_utc()) {
        diesel::update(api_keys::table)
            .filter(api_keys::id.eq(key))
            .filter(
                api_keys::last_used_at
                    .is_null()
                    .or(api_keys::last_used_at.lt(at)),
            )
            .set(api_keys::last_used_at.eq(at))
            .execute(conn)?;
    }
    Ok(())
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
