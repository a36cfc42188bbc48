//! Lists of keys: a directory for each tenant that somebody looks at, kept in step by the change log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::{self, Conn, change_log, key_lists};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::key_directory::{Found, KeyDirectory, Listed};
use crate::domain::key_filter::{Column, KeyFilter, Mark, Sort};
use crate::domain::key_text;
use crate::domain::time::Timestamp;

/// Changes of the installation that are read one by one; after more of them a directory is read anew.
const CHANGES: i64 = 5_000;
/// Keys that are put in one by one; each may move all words of the directory.
const KEYS: usize = 500;
/// Memory that all directories may take together, in bytes. The one in use stays, whatever it takes.
const MEMORY: usize = 128 * 1024 * 1024;

/// The directories of the tenants that were looked at lately.
#[derive(Debug, Default)]
pub struct KeyLists(Mutex<Tenants>);

#[derive(Debug, Default)]
struct Tenants {
    slots: HashMap<TenantId, Slot>,
    looks: u64,
}

#[derive(Debug, Default)]
struct Slot {
    kept: Arc<Mutex<Kept>>,
    bytes: usize,
    looked: u64,
}

/// A directory, and up to when it knows what happened.
#[derive(Debug, Default)]
struct Kept {
    directory: KeyDirectory,
    rev: Option<i64>,
    used_as_of: Option<Timestamp>,
}

/// What of a list somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
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
    /// A page of the tenant's keys. Read it from one snapshot, together with the keys themselves.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn find(
        &self,
        conn: &mut Conn,
        tenant: TenantId,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<(Found, Vec<db::keys::Key>)> {
        let kept = self.slot(tenant);
        let (found, bytes) = {
            let mut kept = kept.lock().unwrap_or_else(|broken| {
                // Whoever panicked may have left it half changed: it is read anew.
                kept.clear_poison();
                let mut kept = broken.into_inner();
                *kept = Kept::default();
                kept
            });
            kept.follow(conn, tenant)?;
            kept.follow_usage(conn, tenant, wanted.sort.column, now)?;
            let rotating = key_lists::rotating(conn, tenant, now)?;
            kept.directory.set_rotating(&rotating);
            let Wanted {
                filter,
                sort,
                after,
                limit,
            } = wanted;
            let found = kept
                .directory
                .find(filter, *sort, after.as_ref(), *limit, now);
            (found, kept.directory.bytes())
        };
        self.weigh(tenant, bytes);
        let keys = db::keys::list(conn, tenant, &found.ids)?;
        Ok((found, keys))
    }

    fn slot(&self, tenant: TenantId) -> Arc<Mutex<Kept>> {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.looks += 1;
        let looked = tenants.looks;
        let slot = tenants.slots.entry(tenant).or_default();
        slot.looked = looked;
        Arc::clone(&slot.kept)
    }

    /// Notes what a directory takes, and forgets those that were not looked at for longest.
    fn weigh(&self, tenant: TenantId, bytes: usize) {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = tenants.slots.get_mut(&tenant) {
            slot.bytes = bytes;
        }
        let mut sum: usize = tenants.slots.values().map(|slot| slot.bytes).sum();
        while sum > MEMORY && tenants.slots.len() > 1 {
            let oldest = tenants.slots.iter().min_by_key(|(_, slot)| slot.looked);
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            let gone = tenants.slots.remove(&oldest);
            sum -= gone.map_or(0, |slot| slot.bytes);
        }
    }
}

impl Kept {
    /// Takes over what changed since the last look.
    fn follow(&mut self, conn: &mut Conn, tenant: TenantId) -> Result<()> {
        let head = change_log::head(conn)?;
        let changed = match self.rev {
            Some(rev) if head <= rev => return Ok(()),
            Some(rev) if head - rev <= CHANGES => {
                Some(key_lists::changed_after(conn, tenant, rev)?).filter(|all| all.len() <= KEYS)
            }
            _ => None,
        };
        let rows = if let Some(changed) = changed {
            changed
        } else {
            *self = Self::default();
            key_lists::all(conn, tenant)?
        };
        for row in &rows {
            self.put(row)?;
        }
        self.rev = Some(head);
        Ok(())
    }

    fn put(&mut self, row: &key_lists::Listed) -> Result<()> {
        let id = row.id.parse()?;
        if row.deleted_at.is_some() {
            self.directory.remove(id);
            return Ok(());
        }
        self.directory.put(&Listed {
            id,
            name: &row.name,
            description: &row.description,
            hint: &key_text::hint(&row.key_prefix, &row.last4),
            created_at: row.created_at.and_utc(),
            expires_at: row.expires_at.map(|at| at.and_utc()),
            disabled: row.disabled_at.is_some(),
            revoked: row.revoked_at.is_some(),
        });
        Ok(())
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
