//! The secrets of second factors, sealed. Whether a person has to give a code is told by their row among the users.

use diesel::prelude::*;

use super::schema::second_factors as factors;
use super::types::At;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::UserId;
use crate::domain::sealing::Sealed;
use crate::domain::time::Timestamp;

/// A secret as stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = factors)]
struct Row {
    user_id: UserId,
    #[diesel(serialize_as = At)]
    created_at: Timestamp,
    last_step: i64,
    version: i32,
    master_key_version: i32,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Row {
    fn of(user: UserId, sealed: Sealed, now: Timestamp) -> Self {
        Self {
            user_id: user,
            created_at: now,
            last_step: 0,
            version: sealed.version,
            master_key_version: sealed.master_key_version,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
        }
    }

    fn sealed(self) -> Sealed {
        Sealed {
            version: self.version,
            master_key_version: self.master_key_version,
            nonce: self.nonce,
            ciphertext: self.ciphertext,
        }
    }
}

/// Keeps a person's secret in place of any earlier one.
pub fn put(conn: &mut Conn, user: UserId, sealed: Sealed, now: Timestamp) -> Result<()> {
    delete(conn, user)?;
    diesel::insert_into(factors::table)
        .values(Row::of(user, sealed, now))
        .execute(conn)?;
    Ok(())
}

/// A person's secret and since when it is kept, if there is one.
pub fn find(conn: &mut Conn, user: UserId) -> Result<Option<(Sealed, Timestamp)>> {
    let query = factors::table.find(user).select(Row::as_select());
    let found: Option<Row> = rows::first_if_any(conn, query)?;
    Ok(found.map(|row| (row.clone().sealed(), row.created_at)))
}

/// Uses the code of a step up, with those of all steps before it; false when that was done already. Of two who try at the
/// same moment one is told so.
pub fn use_step(conn: &mut Conn, user: UserId, step: i64) -> Result<bool> {
    let changed = diesel::update(factors::table.find(user))
        .filter(factors::last_step.lt(step))
        .set(factors::last_step.eq(step))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Destroys a person's secret.
pub fn delete(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(factors::table.find(user)).execute(conn)?;
    Ok(())
}

/// How many secrets are sealed under each master key.
pub fn count_by_master_key(conn: &mut Conn) -> Result<Vec<(i32, i64)>> {
    Ok(factors::table
        .group_by(factors::master_key_version)
        .select((factors::master_key_version, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Secrets under older master keys than `newest`, in order of the person's id, after `after`.
pub fn list_older(
    conn: &mut Conn,
    newest: i32,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<(UserId, Sealed)>> {
    let query = factors::table
        .filter(factors::master_key_version.lt(newest))
        .filter(factors::user_id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .order(factors::user_id)
        .limit(limit)
        .select(Row::as_select());
    let rows: Vec<Row> = rows::load(conn, query)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.user_id, row.sealed()))
        .collect())
}

/// Gives a person their newly sealed secret, unless it was replaced meanwhile; false then. Which codes were used stays.
pub fn set_sealed(conn: &mut Conn, user: UserId, was: &Sealed, new: &Sealed) -> Result<bool> {
    let changed = diesel::update(factors::table.find(user))
        .filter(factors::master_key_version.eq(was.master_key_version))
        .filter(factors::nonce.eq(&was.nonce))
        .set((
            factors::version.eq(new.version),
            factors::master_key_version.eq(new.master_key_version),
            factors::nonce.eq(&new.nonce),
            factors::ciphertext.eq(&new.ciphertext),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
