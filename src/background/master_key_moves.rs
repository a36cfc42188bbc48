//! Moves what is encrypted under an older master key to the newest one.

use std::collections::BTreeSet;

use crate::db::change_log::{self, Item};
use crate::db::{self, Conn, Db};
use crate::domain::Result;
use crate::domain::id::{CredentialId, KeyId, UserId};
use crate::domain::master_key::MasterKeys;

/// Secrets moved in one transaction, so that changes by people never wait long.
const BATCH: i64 = 200;

/// What a move to the newest master key came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// How many are under the newest master key now, and were not before.
    pub done: usize,
    /// What can't be opened, each in words: it was changed in the database, and stays as it is.
    pub damaged: Vec<String>,
}

/// Moves everything to the newest master key, in batches of a transaction each. It may end at any point and be begun
/// again.
///
/// # Errors
/// `Unavailable` when the database is away; what was not moved still opens as before.
pub fn move_all(db: &Db, keys: &MasterKeys) -> Result<Moved> {
    let mut moved = Moved::default();
    let mut after = None;
    while let Some(last) = db.write(|conn| move_credentials(conn, keys, after, &mut moved))? {
        after = Some(last);
    }
    let mut after = None;
    while let Some(last) = db.write(|conn| move_secrets(conn, keys, after, &mut moved))? {
        after = Some(last);
    }
    let mut after = None;
    while let Some(last) = db.write(|conn| move_second_factors(conn, keys, after, &mut moved))? {
        after = Some(last);
    }
    Ok(moved)
}

/// Wraps a batch of data keys anew; gives the last credential that it looked at, `None` at the end.
///
/// # Errors
/// As [`move_all`].
pub fn move_credentials(
    conn: &mut Conn,
    keys: &MasterKeys,
    after: Option<CredentialId>,
    moved: &mut Moved,
) -> Result<Option<CredentialId>> {
    // Its lock comes first, as for every change.
    change_log::hold(conn)?;
    let rows = db::master_keys::list_wrapped(conn, keys.newest(), after, BATCH)?;
    let mut integrations = BTreeSet::new();
    for row in &rows {
        let was = row.envelope();
        match keys.rewrap(&row.place(), &was) {
            Some(new) => {
                let done = db::master_keys::set_wrapped(conn, row.id, &was, &new)?;
                moved.done += usize::from(done);
                integrations.insert(row.integration_id);
            }
            None => moved
                .damaged
                .push(format!("the integration credential {}", row.id)),
        }
    }
    // Servers hold what applies in memory, as it was wrapped when they read it.
    for id in integrations {
        change_log::append_more(conn, Item::Integration(id))?;
    }
    Ok(rows.last().map(|last| last.id))
}

/// Seals a batch of recoverable keys anew; gives the last key that it looked at, `None` at the end.
///
/// # Errors
/// As [`move_all`].
pub fn move_secrets(
    conn: &mut Conn,
    keys: &MasterKeys,
    after: Option<KeyId>,
    moved: &mut Moved,
) -> Result<Option<KeyId>> {
    let rows = db::master_keys::list_sealed(conn, keys.newest(), after, BATCH)?;
    for (owner, was) in &rows {
        match keys.open_copy(*owner, was) {
            Some(text) => {
                let new = keys.seal_copy(*owner, &text)?;
                let done = db::master_keys::set_sealed(conn, *owner, was, &new)?;
                moved.done += usize::from(done);
            }
            None => moved
                .damaged
                .push(format!("the secret of the key {}", owner.key)),
        }
    }
    Ok(rows.last().map(|(owner, _)| owner.key))
}

/// Seals a batch of people's second factors anew; gives the last person that it looked at, `None` at the end.
///
/// # Errors
/// As [`move_all`].
pub fn move_second_factors(
    conn: &mut Conn,
    keys: &MasterKeys,
    after: Option<UserId>,
    moved: &mut Moved,
) -> Result<Option<UserId>> {
    let rows = db::second_factors::list_older(conn, keys.newest(), after, BATCH)?;
    for (user, was) in &rows {
        match keys.open_factor(*user, was) {
            Some(secret) => {
                let new = keys.seal_factor(*user, &secret)?;
                let done = db::second_factors::set_sealed(conn, *user, was, &new)?;
                moved.done += usize::from(done);
            }
            None => moved
                .damaged
                .push(format!("the second factor of the person {user}")),
        }
    }
    Ok(rows.last().map(|(user, _)| *user))
}
