//! Long allowlists as they once were. Each is kept once: else every change of a key with a thousand addresses would write
//! all of them again.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Conn;
use super::schema::kept_allowlists as kept;
use crate::domain::Result;
use crate::domain::id::KeyId;

/// Lists with fewer entries stand in the snapshots themselves.
const LONG: usize = 16;

/// Keeps a long list from a revision on, unless it is the one that is kept already; gives the revision by which it is
/// found, none for a short one.
pub fn keep(conn: &mut Conn, key: KeyId, rev: i64, entries: &[String]) -> Result<Option<i64>> {
    if entries.len() < LONG {
        return Ok(None);
    }
    let text = entries.join(" ");
    let newest: Option<(i64, String)> = kept::table
        .filter(kept::key_id.eq(key))
        .order(kept::rev.desc())
        .select((kept::rev, kept::entries))
        .first(conn)
        .optional()?;
    if let Some((rev, known)) = newest
        && known == text
    {
        return Ok(Some(rev));
    }
    diesel::insert_into(kept::table)
        .values((
            kept::key_id.eq(key),
            kept::rev.eq(rev),
            kept::entries.eq(text),
        ))
        .execute(conn)?;
    Ok(Some(rev))
}

/// The list of a key that is kept from this revision on.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, key: KeyId, rev: i64) -> Result<Vec<String>> {
    let text: String = kept::table
        .filter(kept::key_id.eq(key))
        .filter(kept::rev.eq(rev))
        .select(kept::entries)
        .first(conn)?;
    Ok(text.split(' ').map(str::to_owned).collect())
}

/// Deletes those that a later one of the same key up to this revision has overtaken.
pub fn prune(conn: &mut Conn, end: i64) -> Result<()> {
    diesel::sql_query(
        "DELETE FROM kept_allowlists WHERE EXISTS (SELECT 1 FROM kept_allowlists AS later \
         WHERE later.key_id = kept_allowlists.key_id AND later.rev > kept_allowlists.rev AND later.rev <= $1)",
    )
    .bind::<BigInt, _>(end)
    .execute(conn)?;
    Ok(())
}
