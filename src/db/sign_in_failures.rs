//! Failed sign-ins in a row, by account and by address, for throttling.

use diesel::prelude::*;
use diesel::sql_types::{self, Text};

use super::schema::sign_in_failures as failures;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::time::Timestamp;

/// What is known of a subject.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = failures)]
pub struct Record {
    /// An account or an address.
    pub subject: String,
    /// Failed sign-ins in a row.
    pub failures: i64,
    /// When the last one was.
    pub last_at: Timestamp,
}

/// What is known of a subject, locked until the transaction ends; a clean record begins now.
pub fn lock(conn: &mut Conn, subject: &str, now: Timestamp) -> Result<Record> {
    diesel::sql_query(
        "INSERT INTO sign_in_failures (subject, failures, last_at) VALUES ($1, 0, $2) \
         ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failures.failures",
    )
    .bind::<Text, _>(subject)
    .bind::<sql_types::Timestamp, _>(now.naive_utc())
    .execute(conn)?;
    rows::first(
        conn,
        failures::table.find(subject).select(Record::as_select()),
    )
}

/// Sets the count of a locked subject.
pub fn set(conn: &mut Conn, subject: &str, count: i64, at: Timestamp) -> Result<()> {
    diesel::update(failures::table.find(subject))
        .set((
            failures::failures.eq(count),
            failures::last_at.eq(at.naive_utc()),
        ))
        .execute(conn)?;
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
