//! The change log: one row for each change that matters to verification, numbered without gaps.
//!
//! Each row also draws a random number, its entry id, and keeps that of the row before it. A database that was put back
//! to an older state goes on with the same numbers, but never with the same entry ids: whoever follows the log can tell.

use diesel::prelude::*;

use super::Conn;
use super::schema::{change_head, change_log};
use crate::domain::pepper::Digest;
use crate::domain::{Error, Result, random};

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An API key; the item is its id.
    Key,
    /// An authorization group; the item is its id.
    Group,
    /// A verifier; the item is its id.
    Verifier,
    /// A pepper was taken up or retired; the item is its version.
    Pepper,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Group => "group",
            Self::Verifier => "verifier",
            Self::Pepper => "pepper",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "key" => Ok(Self::Key),
            "group" => Ok(Self::Group),
            "verifier" => Ok(Self::Verifier),
            "pepper" => Ok(Self::Pepper),
            other => Err(Error::Internal(format!(
                "unknown change \"{other}\"; is this an older Keystead?"
            ))),
        }
    }
}

/// A place in the history of changes. Equal places have equal histories behind them, since the entry id was drawn when
/// the change was made; an equal number alone says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Number of the change.
    pub rev: i64,
    /// Its entry id.
    pub entry: i64,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it stands.
    pub position: Position,
    /// Entry id of the change before it.
    pub parent: i64,
    /// What changed.
    pub kind: Kind,
    /// Its id.
    pub item: String,
    /// The digest that it had until this change, when the change gave it another.
    pub old_digest: Option<Digest>,
}

/// What a change says of the thing until [`describe`] does. It stays where another change came first.
const UNKNOWN: &str = "{}";

/// Takes the next revision and notes the change. Call it first in the transaction: the head's row lock makes the
/// order of revisions the order of commits, and lets counts that follow see every earlier change.
pub fn append(conn: &mut Conn, kind: Kind, item: &str) -> Result<i64> {
    append_row(conn, kind, item, None)
}

/// As [`append`], for a thing that gets another digest: whoever follows drops the one it had.
pub fn append_move(conn: &mut Conn, kind: Kind, item: &str, old: &Digest) -> Result<i64> {
    append_row(conn, kind, item, Some(old))
}

fn append_row(conn: &mut Conn, kind: Kind, item: &str, old: Option<&Digest>) -> Result<i64> {
    let entry = i64::from_ne_bytes(random::bytes()?);
    let (rev, parent): (i64, i64) = diesel::update(change_head::table.find(1))
        .set((
            change_head::rev.eq(change_head::rev + 1),
            change_head::parent_id.eq(change_head::entry_id),
            change_head::entry_id.eq(entry),
        ))
        .returning((change_head::rev, change_head::parent_id))
        .get_result(conn)?;
    diesel::insert_into(change_log::table)
        .values((
            change_log::rev.eq(rev),
            change_log::kind.eq(kind.as_str()),
            change_log::item.eq(item),
            change_log::payload.eq(UNKNOWN),
            change_log::old_digest.eq(old.map(<[u8; 32]>::as_slice)),
            change_log::entry_id.eq(entry),
            change_log::parent_id.eq(parent),
        ))
        .execute(conn)?;
    Ok(rev)
}

/// Takes the lock of [`append`] without a change: counts that follow see every earlier change, and no other begins
/// until the transaction ends.
pub fn hold(conn: &mut Conn) -> Result<()> {
    diesel::update(change_head::table.find(1))
        .set(change_head::rev.eq(change_head::rev))
        .execute(conn)?;
    Ok(())
}

/// Notes what the thing was like after a change. It is kept to explain decisions of that time.
pub fn describe(conn: &mut Conn, rev: i64, payload: String) -> Result<()> {
    diesel::update(change_log::table.find(rev))
        .set(change_log::payload.eq(payload))
        .execute(conn)?;
    Ok(())
}

/// What a thing was like at a revision, if that is known: what the last change before it that said so left, and its
/// revision.
pub fn payload_at(conn: &mut Conn, item: &str, rev: i64) -> Result<Option<(i64, String)>> {
    Ok(change_log::table
        .filter(change_log::item.eq(item))
        .filter(change_log::rev.le(rev))
        .filter(change_log::payload.ne(UNKNOWN))
        .order(change_log::rev.desc())
        .select((change_log::rev, change_log::payload))
        .first(conn)
        .optional()?)
}

/// The newest change; number 0 before the first one.
pub fn head(conn: &mut Conn) -> Result<Position> {
    let (rev, entry) = change_head::table
        .find(1)
        .select((change_head::rev, change_head::entry_id))
        .first(conn)?;
    Ok(Position { rev, entry })
}

/// True when the log has this very change. That there were none yet, number 0, stands in no log.
pub fn has(conn: &mut Conn, position: Position) -> Result<bool> {
    let entry: Option<i64> = change_log::table
        .find(position.rev)
        .select(change_log::entry_id)
        .first(conn)
        .optional()?;
    Ok(entry == Some(position.entry))
}

/// The newest changes, oldest first, at most `limit`.
pub fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Position>> {
    let rows: Vec<(i64, i64)> = change_log::table
        .order(change_log::rev.desc())
        .limit(limit)
        .select((change_log::rev, change_log::entry_id))
        .load(conn)?;
    let positions = rows.into_iter().rev();
    Ok(positions
        .map(|(rev, entry)| Position { rev, entry })
        .collect())
}

/// The changes after a revision, oldest first, at most `limit`.
pub fn list_after(conn: &mut Conn, rev: i64, limit: i64) -> Result<Vec<Change>> {
    type Row = (i64, i64, i64, String, String, Option<Vec<u8>>);
    let rows: Vec<Row> = change_log::table
        .filter(change_log::rev.gt(rev))
        .order(change_log::rev)
        .limit(limit)
        .select((
            change_log::rev,
            change_log::entry_id,
            change_log::parent_id,
            change_log::kind,
            change_log::item,
            change_log::old_digest,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(rev, entry, parent, kind, item, old)| {
            let old = old.map(|old| old.as_slice().try_into());
            Ok(Change {
                position: Position { rev, entry },
                parent,
                kind: Kind::parse(&kind)?,
                item,
                old_digest: old.transpose().map_err(Error::internal)?,
            })
        })
        .collect()
}
