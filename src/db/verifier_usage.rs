//! How often verifiers asked, minute by minute.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::verifier_usage as usage;
use super::usage::{DAY, HOUR, MINUTE, minute_of};
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::id::VerifierId;
use crate::domain::time::Timestamp;

/// How often a verifier asked in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = usage)]
struct Minute {
    verifier_id: VerifierId,
    start: i64,
    asked: i64,
}

/// How often a verifier asked lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// In the last hour.
    pub hour: i64,
    /// In the last day.
    pub day: i64,
}

/// Adds to the minute of an instant.
pub fn add(conn: &mut Conn, verifier: VerifierId, at: Timestamp, asked: i64) -> Result<()> {
    let row = Minute {
        verifier_id: verifier,
        start: minute_of(at),
        asked,
    };
    dialect::on_either!(conn, conn => diesel::insert_into(usage::table)
        .values(row)
        .on_conflict((usage::verifier_id, usage::start))
        .do_update()
        .set(usage::asked.eq(usage::asked + excluded(usage::asked)))
        .execute(conn)?);
    Ok(())
}

/// What each verifier asked in the last day.
pub fn lately(conn: &mut Conn, now: Timestamp) -> Result<HashMap<VerifierId, Asked>> {
    let start = |span| minute_of(now) + MINUTE - span;
    let query = usage::table
        .filter(usage::start.ge(start(DAY)))
        .select(Minute::as_select());
    let minutes: Vec<Minute> = rows::load(conn, query)?;
    let mut sums: HashMap<VerifierId, Asked> = HashMap::new();
    for minute in minutes {
        let sum = sums.entry(minute.verifier_id).or_default();
        sum.day += minute.asked;
        if minute.start >= start(HOUR) {
            sum.hour += minute.asked;
        }
    }
    Ok(sums)
}

/// Deletes minutes that start before `before`.
pub fn prune(conn: &mut Conn, before: i64) -> Result<usize> {
    Ok(diesel::delete(usage::table.filter(usage::start.lt(before))).execute(conn)?)
}
