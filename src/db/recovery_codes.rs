//! Recovery codes of people, each as a salted digest.

use diesel::prelude::*;

use super::schema::recovery_codes as codes;
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::UserId;
use crate::domain::recovery_code::Kept;

/// A code as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = codes)]
struct Row {
    #[expect(dead_code, reason = "it names a row that can't be read")]
    user_id: UserId,
    digest: Vec<u8>,
    salt: Vec<u8>,
}

/// Keeps these codes of a person, and no others.
pub fn replace(conn: &mut Conn, user: UserId, all: &[Kept]) -> Result<()> {
    delete_all(conn, user)?;
    for code in all {
        diesel::insert_into(codes::table)
            .values((
                codes::user_id.eq(user),
                codes::digest.eq(&code.digest),
                codes::salt.eq(&code.salt),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Those that were not used yet.
pub fn list(conn: &mut Conn, user: UserId) -> Result<Vec<Kept>> {
    let query = codes::table
        .filter(codes::user_id.eq(user))
        .select(Row::as_select());
    let rows: Vec<Row> = rows::load(conn, query)?;
    let kept = |row: Row| Kept {
        salt: row.salt,
        digest: row.digest,
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// How many of them there are.
pub fn count(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(codes::table
        .filter(codes::user_id.eq(user))
        .count()
        .get_result(conn)?)
}

/// Uses one up; false when that was done already.
pub fn take(conn: &mut Conn, user: UserId, code: &Kept) -> Result<bool> {
    let one = codes::table
        .filter(codes::user_id.eq(user))
        .filter(codes::digest.eq(&code.digest));
    Ok(diesel::delete(one).execute(conn)? == 1)
}

/// Destroys a person's codes.
pub fn delete_all(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(codes::table.filter(codes::user_id.eq(user))).execute(conn)?;
    Ok(())
}
