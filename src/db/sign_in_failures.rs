//! Failed sign-ins in a row, by account and by address, for throttling.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Conn;
use super::schema::sign_in_failures as failures;
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// How often in a row, and when last; none when the subject has a clean record.
pub fn find(conn: &mut Conn, subject: &str) -> Result<Option<(i64, Timestamp)>> {
    let found: Option<(i64, NaiveDateTime)> = failures::table
        .find(subject)
        .select((failures::failures, failures::last_at))
        .first(conn)
        .optional()?;
    Ok(found.map(|(count, at)| (count, at.and_utc())))
}

/// Sets the count; runs inside a writing transaction.
pub fn set(conn: &mut Conn, subject: &str, count: i64, now: Timestamp) -> Result<()> {
    let changed = diesel::update(failures::table.find(subject))
        .set((
            failures::failures.eq(count),
            failures::last_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(failures::table)
            .values((
                failures::subject.eq(subject),
                failures::failures.eq(count),
                failures::last_at.eq(now.naive_utc()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets a subject after it signed in.
pub fn delete(conn: &mut Conn, subject: &str) -> Result<()> {
    diesel::delete(failures::table.find(subject)).execute(conn)?;
    Ok(())
}

/// Forgets what is older than `before`.
pub fn delete_before(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(
        diesel::delete(failures::table.filter(failures::last_at.lt(before.naive_utc())))
            .execute(conn)?,
    )
}
