//! The change log: one row for each change that matters to verification, or to what else a server holds in memory,
//! numbered without gaps.
//!
//! Each row also draws a random number, its entry id, and keeps that of the row before it. A database that was put back
//! to an older state goes on with the same numbers, but never with the same entry ids: whoever follows the log can tell.

use std::cell::Cell;

use diesel::deserialize;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::MultiBackend;
use super::rows::Unreadable;
use super::schema::{change_head, change_log};
use super::{Conn, dialect, rows};
use crate::domain::id::{GroupId, IntegrationId, KeyId, ProjectId, TenantId, VerifierId};
use crate::domain::pepper::Digest;
use crate::domain::rollout::Feature;
use crate::domain::{Result, random};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// An API key.
    Key(KeyId),
    /// An authorization group.
    Group(GroupId),
    /// A tenant was suspended or resumed.
    Tenant(TenantId),
    /// A verifier.
    Verifier(VerifierId),
    /// What a tenant or a project has of an integration.
    Integration(IntegrationId),
    /// A project.
    Project(ProjectId),
    /// Which tenants have a feature, and what they chose for it.
    Rollout(Feature),
    /// A pepper was taken up or retired; its version.
    Pepper(i32),
    /// As a pepper, of a master key.
    MasterKey(i32),
}

/// Word of changes of keys.
pub(super) const KEY: &str = "key";
/// Word of changes of groups.
pub(super) const GROUP: &str = "group";

impl Item {
    /// The key, if it is one.
    pub fn key(self) -> Option<KeyId> {
        match self {
            Self::Key(id) => Some(id),
            _ => None,
        }
    }

    /// The group, if it is one.
    pub fn group(self) -> Option<GroupId> {
        match self {
            Self::Group(id) => Some(id),
            _ => None,
        }
    }

    /// The tenant, if it is one.
    pub fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Tenant(id) => Some(id),
            _ => None,
        }
    }

    /// The verifier, if it is one.
    pub fn verifier(self) -> Option<VerifierId> {
        match self {
            Self::Verifier(id) => Some(id),
            _ => None,
        }
    }

    /// The integration, if it is one.
    pub fn integration(self) -> Option<IntegrationId> {
        match self {
            Self::Integration(id) => Some(id),
            _ => None,
        }
    }

    /// The project, if it is one.
    pub fn project(self) -> Option<ProjectId> {
        match self {
            Self::Project(id) => Some(id),
            _ => None,
        }
    }

    /// The word of its kind, and its id.
    pub fn columns(self) -> (&'static str, String) {
        match self {
            Self::Key(id) => (KEY, id.to_string()),
            Self::Group(id) => (GROUP, id.to_string()),
            Self::Tenant(id) => ("tenant", id.to_string()),
            Self::Verifier(id) => ("verifier", id.to_string()),
            Self::Integration(id) => ("integration", id.to_string()),
            Self::Project(id) => ("project", id.to_string()),
            Self::Rollout(feature) => ("rollout", feature.as_str().to_owned()),
            Self::Pepper(version) => ("pepper", version.to_string()),
            Self::MasterKey(version) => ("master key", version.to_string()),
        }
    }
}

impl Selectable<MultiBackend> for Item {
    type SelectExpression = (change_log::item, change_log::kind);

    fn construct_selection() -> Self::SelectExpression {
        (change_log::item, change_log::kind)
    }
}

impl Queryable<(Text, Text), MultiBackend> for Item {
    type Row = (String, String);

    fn build((id, kind): Self::Row) -> deserialize::Result<Self> {
        let item = match kind.as_str() {
            KEY => id.parse().ok().map(Self::Key),
            GROUP => id.parse().ok().map(Self::Group),
            "tenant" => id.parse().ok().map(Self::Tenant),
            "verifier" => id.parse().ok().map(Self::Verifier),
            "integration" => id.parse().ok().map(Self::Integration),
            "project" => id.parse().ok().map(Self::Project),
            "rollout" => Feature::parse(&id).map(Self::Rollout),
            "pepper" => id.parse().ok().map(Self::Pepper),
            "master key" => id.parse().ok().map(Self::MasterKey),
            other => {
                let why = format!("unknown change \"{other}\"; is this an older Keystead?");
                return Err(Unreadable::new("kind", why).into());
            }
        };
        item.ok_or_else(|| Unreadable::new("item", format!("it is no id of a {kind}")).into())
    }
}

/// A place in the history of changes. Equal places have equal histories behind them, since the entry id was drawn when
/// the change was made; an equal number alone says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = change_log)]
pub struct Position {
    /// Number of the change.
    pub rev: i64,
    /// Its entry id.
    #[diesel(column_name = entry_id)]
    pub entry: i64,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = change_log)]
pub struct Change {
    /// What changed.
    #[diesel(embed)]
    pub item: Item,
    /// Where it stands.
    #[diesel(embed)]
    pub position: Position,
    /// Entry id of the change before it.
    #[diesel(column_name = parent_id)]
    pub parent: i64,
    /// The digest that it had until this change, when the change gave it another.
    pub old_digest: Option<Digest>,
    /// It may have stopped something.
    pub stops: bool,
    /// What the thing was like then, unless it is [`UNKNOWN`].
    pub payload: String,
}

/// What a change says of the thing until [`describe`] does. It stays where another change came first.
pub const UNKNOWN: &str = "{}";

/// What a transaction does to those who hold keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Nothing, while no other change could be made: what it found to be so may have become so a moment ago.
    Rests,
    /// Some can do more than before, or just the same.
    Adds,
    /// Some may be able to do less than before, or were a moment ago.
    Stops,
}

thread_local! {
    /// Of the transaction that this thread is in.
    static EFFECT: Cell<Effect> = const { Cell::new(Effect::None) };
}

/// What was done since this was asked last, on this thread.
pub fn take_effect() -> Effect {
    EFFECT.take()
}

fn note(effect: Effect) {
    EFFECT.set(EFFECT.get().max(effect));
}

/// Says that what was asked for is so already, by a change that some servers may not have applied yet: the answer waits
/// for that as if it were made now.
pub fn stands() {
    note(Effect::Stops);
}

/// Takes the next revision and notes the change. Call it first in the transaction: the head's row lock makes the
/// order of revisions the order of commits, and lets counts that follow see every earlier change.
pub fn append(conn: &mut Conn, item: Item) -> Result<i64> {
    append_row(conn, item, None, Effect::Stops)
}

/// As [`append`], for what is new or may do more than before: nobody waits long until every server knows of it.
pub fn append_more(conn: &mut Conn, item: Item) -> Result<i64> {
    append_row(conn, item, None, Effect::Adds)
}

/// As [`append_more`], for a thing that gets another digest: whoever follows drops the one it had.
pub fn append_move(conn: &mut Conn, item: Item, old: &Digest) -> Result<i64> {
    append_row(conn, item, Some(old), Effect::Adds)
}

fn append_row(conn: &mut Conn, item: Item, old: Option<&Digest>, effect: Effect) -> Result<i64> {
    note(effect);
    let (kind, id) = item.columns();
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
            change_log::kind.eq(kind),
            change_log::item.eq(id),
            change_log::payload.eq(UNKNOWN),
            change_log::old_digest.eq(old.map(<[u8; 32]>::as_slice)),
            change_log::entry_id.eq(entry),
            change_log::parent_id.eq(parent),
            change_log::stops.eq(effect == Effect::Stops),
        ))
        .execute(conn)?;
    Ok(rev)
}

/// Takes the lock of [`append`] without a change: counts that follow see every earlier change, and no other begins
/// until the transaction ends.
pub fn hold(conn: &mut Conn) -> Result<()> {
    note(Effect::Rests);
    dialect::hold_changes(conn)
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

/// The number of the newest change of a thing.
pub fn newest_of(conn: &mut Conn, item: &str) -> Result<Option<i64>> {
    Ok(change_log::table
        .filter(change_log::item.eq(item))
        .order(change_log::rev.desc())
        .select(change_log::rev)
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
    let query = change_log::table
        .order(change_log::rev.desc())
        .limit(limit)
        .select(Position::as_select());
    let mut positions = rows::load(conn, query)?;
    positions.reverse();
    Ok(positions)
}

/// The changes after a revision, oldest first, at most `limit`.
pub fn list_after(conn: &mut Conn, rev: i64, limit: i64) -> Result<Vec<Change>> {
    let query = change_log::table
        .filter(change_log::rev.gt(rev))
        .order(change_log::rev)
        .limit(limit)
        .select(Change::as_select());
    rows::load(conn, query)
}
