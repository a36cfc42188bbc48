//! Lists of keys: a directory for each tenant that somebody looks at, kept in step by the change log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::directory::{KeyDirectory, Listed};
use super::filter::{Column, KeyFilter, Mark, Sort};
use super::page::ListPage;
use crate::db::change_log::{self, Position};
use crate::db::{self, Conn, Db, key_lists};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::key_text;
use crate::domain::time::Timestamp;

/// Changes of the installation that are read one by one; after more of them a directory is read anew.
const CHANGES: i64 = 5_000;
/// Keys that are put in one by one; each may move all words of the directory.
const KEYS: usize = 500;
/// Memory that all directories may take together, in bytes.
const MEMORY: usize = 128 * 1024 * 1024;

/// Memory that each directory counts as beside its keys, so that those of small tenants go in their turn too: a look adds
/// all of them up.
const LEAST: usize = 16 * 1024;

/// The directories of the tenants that were looked at lately.
#[derive(Debug)]
pub struct KeyLists {
    tenants: Mutex<Tenants>,
    memory: usize,
}

impl Default for KeyLists {
    fn default() -> Self {
        Self::new(MEMORY)
    }
}

#[derive(Debug, Default)]
struct Tenants {
    slots: HashMap<TenantId, Slot>,
    looks: u64,
}

#[derive(Debug, Default)]
struct Slot {
    shared: Arc<Shared>,
    bytes: usize,
    looked: u64,
}

/// What looks at one tenant share.
#[derive(Debug, Default)]
struct Shared {
    /// Held by whoever reads all keys for the first time. It is waited for without a connection, or a few looks at one
    /// large tenant would leave none for anybody else.
    turn: Mutex<()>,
    kept: Mutex<Kept>,
}

/// A directory, and up to when it knows what happened.
#[derive(Debug, Default)]
struct Kept {
    directory: KeyDirectory,
    at: Option<Position>,
    used_as_of: Option<Timestamp>,
}

/// What of a list somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Which keys.
    pub filter: KeyFilter,
    /// In which order.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<Mark>,
    /// Keys on the page.
    pub limit: usize,
}

/// Seconds by which what a list with this order knows of the keys' use may be old: of a tenant with so many keys.
pub fn lag(keys: usize, column: Column) -> i64 {
    let keys_a_second = if column == Column::Used { 2_000 } else { 100 };
    i64::try_from(keys / keys_a_second).unwrap_or(i64::MAX)
}

impl KeyLists {
    /// No directory yet; all of them may take so many bytes. The one in use stays, whatever it takes.
    pub fn new(memory: usize) -> Self {
        Self {
            tenants: Mutex::default(),
            memory,
        }
    }

    /// A page of the tenant's keys, and what `more` reads from the same snapshot. Blocks; hold no connection meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; those of `more`.
    pub fn read<T>(
        &self,
        db: &Db,
        tenant: TenantId,
        wanted: &ListRequest,
        now: Timestamp,
        more: impl FnOnce(&mut Conn, ListPage, Vec<db::keys::Key>) -> Result<T>,
    ) -> Result<T> {
        let shared = self.shared(tenant);
        let turn = shared.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Once the directory is there, looks go side by side.
        let turn = shared.kept().at.is_none().then_some(turn);
        // Before the connection: nobody waits for it with one.
        let mut kept = shared.kept();
        db.snapshot(|conn| {
            let (found, bytes) = kept.look(conn, tenant, wanted, now)?;
            drop(kept);
            drop(turn);
            self.weigh(tenant, bytes);
            let keys = db::keys::list(conn, tenant, &found.ids)?;
            more(conn, found, keys)
        })
    }

    /// How many directories there are, and roughly what they take, in bytes.
    pub fn held(&self) -> (usize, usize) {
        let tenants = self.lock();
        (tenants.slots.len(), tenants.bytes())
    }

    fn lock(&self) -> MutexGuard<'_, Tenants> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shared(&self, tenant: TenantId) -> Arc<Shared> {
        let mut tenants = self.lock();
        tenants.looks += 1;
        let looked = tenants.looks;
        let slot = tenants.slots.entry(tenant).or_default();
        slot.looked = looked;
        Arc::clone(&slot.shared)
    }

    /// Notes what a directory takes, and forgets those that were not looked at for longest.
    fn weigh(&self, tenant: TenantId, bytes: usize) {
        let mut tenants = self.lock();
        if let Some(slot) = tenants.slots.get_mut(&tenant) {
            slot.bytes = LEAST + bytes;
        }
        let mut sum = tenants.bytes();
        while sum > self.memory && tenants.slots.len() > 1 {
            let oldest = tenants.slots.iter().min_by_key(|(_, slot)| slot.looked);
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            let gone = tenants.slots.remove(&oldest);
            sum -= gone.map_or(0, |slot| slot.bytes);
        }
    }
}

impl Tenants {
    fn bytes(&self) -> usize {
        self.slots.values().map(|slot| slot.bytes).sum()
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|broken| {
            // Whoever panicked may have left it half changed: it is read anew.
            self.kept.clear_poison();
            let mut kept = broken.into_inner();
            *kept = Kept::default();
            kept
        })
    }
}

impl Kept {
    /// What is wanted of the list as it is now, and what the directory takes in memory.
    fn look(
        &mut self,
        conn: &mut Conn,
        tenant: TenantId,
        wanted: &ListRequest,
        now: Timestamp,
    ) -> Result<(ListPage, usize)> {
        self.directory.set_members(db::members::ids(conn, tenant)?);
        self.follow(conn, tenant)?;
        self.follow_usage(conn, tenant, wanted.sort.column, now)?;
        let rotating = key_lists::rotating(conn, tenant, now)?;
        self.directory.set_rotating(rotating);
        let ListRequest {
            filter,
            sort,
            after,
            limit,
        } = wanted;
        let found = self
            .directory
            .find(filter, *sort, after.as_ref(), *limit, now);
        Ok((found, self.directory.bytes()))
    }

    /// Takes over what changed since the last look. A database that was put back to an older state has another history
    /// than the one that is known, and is read anew.
    fn follow(&mut self, conn: &mut Conn, tenant: TenantId) -> Result<()> {
        let head = change_log::head(conn)?;
        let goes_on = |at: Position| (1..=CHANGES).contains(&(head.rev - at.rev));
        let changed = match self.at {
            Some(at) if at == head => return Ok(()),
            Some(at) if goes_on(at) && change_log::has(conn, at)? => {
                let mut changed = key_lists::changed_after(conn, tenant, at.rev)?;
                // Their keys are found by their names. Of a large group so many are enough to read all anew.
                let most = i64::try_from(KEYS).unwrap_or(i64::MAX) + 1;
                changed.extend(key_lists::of_changed_groups(conn, tenant, at.rev, most)?);
                Some(changed).filter(|all| all.len() <= KEYS)
            }
            _ => None,
        };
        let rows = if let Some(changed) = changed {
            changed
        } else {
            *self = Self::default();
            self.directory.set_members(db::members::ids(conn, tenant)?);
            key_lists::all(conn, tenant)?
        };
        for row in &rows {
            self.put(row);
        }
        self.at = Some(head);
        Ok(())
    }

    fn put(&mut self, row: &key_lists::Listed) {
        if row.deleted_at.is_some() {
            self.directory.remove(row.id);
            return;
        }
        self.directory.put(&Listed {
            id: row.id,
            name: &row.name,
            description: &row.description,
            hint: &key_text::hint(&row.key_prefix, &row.last4),
            group: row.group_id,
            group_name: &row.group_name,
            project: row.project_id,
            owner_words: &row.owner.words(),
            owner: row.owner.person(),
            environment: row.environment,
            created_at: row.created_at,
            expires_at: row.expires_at,
            disabled: row.disabled_at.is_some(),
            revoked: row.revoked_at.is_some(),
        });
    }

    /// Usage is written all the time and has no revisions. It is read again after a time that grows with the number of
    /// keys, so that large tenants cost no more of it than small ones; sooner for who sorts by it.
    fn follow_usage(
        &mut self,
        conn: &mut Conn,
        tenant: TenantId,
        column: Column,
        now: Timestamp,
    ) -> Result<()> {
        let patience = lag(self.directory.len(), column);
        let is_fresh = |as_of: Timestamp| {
            let age = (now - as_of).num_seconds();
            (0..patience).contains(&age)
        };
        if self.used_as_of.is_some_and(is_fresh) {
            return Ok(());
        }
        for (key, at) in key_lists::last_used(conn, tenant)? {
            self.directory.set_used(key, at);
        }
        self.used_as_of = Some(now);
        Ok(())
    }
}
