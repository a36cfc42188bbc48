//! Rows of the database as entries of the index.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;

use super::groups::{self, Groups, Shown};
use super::{Follower, Turn};
use crate::db::key_index::IndexRow;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{KeyId, VerifierId};
use crate::domain::pepper::Digest;
use crate::domain::rate_limit::RateLimit;
use crate::domain::time::Timestamp;
use crate::verify::counters::Counters;
use crate::verify::entry::{Entry, Special};
use crate::verify::limiter::Limiter;
use crate::verify::rotations::{Rotation, Secret};
use crate::verify::table::Held;
use crate::verify::verifiers::{Stored, StoredOld};

/// Digests that things had before, by their id.
pub(super) type Digests<Id> = HashMap<Id, Vec<Digest>>;
/// What keys with a rate limit have used up.
pub(super) type Limiters = HashMap<KeyId, Arc<Limiter>>;
/// How far the clocks of servers may be apart.
const APART: TimeDelta = TimeDelta::seconds(1);

/// Secrets that a key had before, oldest first.
type Formers = Vec<(Digest, Arc<Rotation>)>;

impl Follower {
    /// Puts rows in place. `old` are digests that these keys had before.
    pub(super) fn put_keys(
        &self,
        conn: &mut Conn,
        turn: Turn,
        rows: Vec<IndexRow>,
        old: &Digests<KeyId>,
        rev: i64,
    ) -> Result<()> {
        let mut formers = self.formers(conn, &rows)?;
        self.step(turn, |state| {
            state.stepped = Instant::now();
            for row in rows {
                let old = old.get(&row.id).map_or(&[][..], Vec::as_slice);
                let formers = formers.remove(&row.id).unwrap_or_default();
                let digest = row.digest;
                let held = std::iter::once(&digest)
                    .chain(old)
                    .chain(formers.iter().map(|(digest, _)| digest))
                    .find_map(|digest| self.index.entry(digest));
                let before = held.as_ref().and_then(Held::get);
                let limiter = before.and_then(|before| before.limiter.clone());
                let entry = self.entry(row, &formers, limiter.as_ref(), rev, &mut state.groups)?;
                self.put(digest, entry, &formers, old);
            }
            Ok(())
        })
    }

    /// As [`Follower::put_keys`], into an index that knows nothing of these keys.
    pub(super) fn load_keys(
        &self,
        conn: &mut Conn,
        turn: Turn,
        rows: Vec<IndexRow>,
        rev: i64,
    ) -> Result<()> {
        let mut formers = self.formers(conn, &rows)?;
        self.step(turn, |state| {
            state.stepped = Instant::now();
            for row in rows {
                let formers = formers.remove(&row.id).unwrap_or_default();
                let digest = row.digest;
                let limiter = state.limiters.get(&row.id);
                let entry = self.entry(row, &formers, limiter, rev, &mut state.groups)?;
                self.put(digest, entry, &formers, &[]);
            }
            Ok(())
        })
    }

    /// The secrets that these keys had before, by key. Most keys were never rotated and cost no query.
    fn formers(&self, conn: &mut Conn, rows: &[IndexRow]) -> Result<HashMap<KeyId, Formers>> {
        let rotated = rows.iter().filter(|row| row.rotated_at.is_some());
        let rotated: Vec<KeyId> = rotated.map(|row| row.id).collect();
        let mut formers: HashMap<KeyId, Formers> = HashMap::new();
        for row in db::key_rotations::list_for_index(conn, &rotated)? {
            if row.ends_at.is_none() {
                self.index.rotations().await_quiet();
            }
            let rotation = Arc::new(Rotation::new(
                row.id,
                self.end_of(row.ends_at),
                row.cancelled_at.is_some(),
            ));
            formers
                .entry(row.key_id)
                .or_default()
                .push((row.digest, rotation));
        }
        Ok(formers)
    }

    /// When a secret ends. One that was ended "now" has ended for good when that is applied here, although the clock here may
    /// be behind that of the server where it was done, or be set back later.
    fn end_of(&self, stored: Option<Timestamp>) -> Option<Timestamp> {
        let is_near = |end: &Timestamp| *end <= self.clock.now() + APART;
        match stored {
            Some(end) if is_near(&end) => Some(Timestamp::MIN_UTC),
            other => other,
        }
    }

    /// The entry of a row.
    fn entry(
        &self,
        row: IndexRow,
        formers: &[(Digest, Arc<Rotation>)],
        limiter: Option<&Arc<Limiter>>,
        rev: i64,
        groups: &mut Groups,
    ) -> Result<Entry> {
        let allowed = row.ip_allowlist;
        // Whatever else is said of a list, it is enforced.
        let observed = row.ip_allowlist_mode == AllowlistMode::Observe;
        let shown = Shown {
            tenant: row.tenant_id,
            id: row.group_id,
            name: &row.group_name,
            scopes: &row.scopes,
            tenant_suspended: row.suspended_at.is_some(),
            rev,
        };
        let group = groups::share(groups, &shown, row.project_id)?;
        let special = Special {
            ip_allowlist: (!observed && !allowed.is_empty()).then_some(allowed),
            observed,
            secret: formers
                .last()
                .filter(|(_, rotation)| rotation.is_running(self.clock.now()))
                .map(|(_, rotation)| secret(rotation, false)),
        };
        Ok(Entry {
            key_id: row.id,
            group,
            name: row.name.into_boxed_str(),
            limiter: row.rate_limit.0.map(|limit| self.limiter(limit, limiter)),
            expiry: row.expires_at.into(),
            issued: u32::try_from(row.created_at.timestamp()).unwrap_or_default(),
            environment: row.environment,
            revoked: row.revoked_at.is_some(),
            disabled: row.disabled_at.is_some(),
            special: special.boxed(),
            counters: Counters::default(),
            rev,
        })
    }

    /// Puts an entry in place, and one for each secret that its key had before. `old` are digests that the key or one of
    /// these secrets had before.
    fn put(
        &self,
        digest: Digest,
        entry: Entry,
        formers: &[(Digest, Arc<Rotation>)],
        old: &[Digest],
    ) {
        for (digest, rotation) in formers {
            let former = entry.of_former(secret(rotation, true));
            self.index.put(*digest, former, &[]);
        }
        let is_former = |old: &Digest| formers.iter().any(|(digest, _)| digest == old);
        let gone: Vec<Digest> = old.iter().filter(|old| !is_former(old)).copied().collect();
        self.index.put(digest, entry, &gone);
    }

    /// The limiter that the key has already, unless its limit changed: no other change gives back what was used up.
    fn limiter(&self, limit: RateLimit, old: Option<&Arc<Limiter>>) -> Arc<Limiter> {
        let kept = old.filter(|limiter| limiter.limit() == limit);
        kept.map_or_else(|| Arc::new(Limiter::new(limit, &self.clock)), Arc::clone)
    }

    /// Puts verifiers in place, and names the digests of their tokens. `moved` are digests that these had before.
    pub(super) fn put_verifiers(
        &self,
        conn: &mut Conn,
        turn: Turn,
        rows: &[db::verifiers::IndexRow],
        moved: &Digests<VerifierId>,
    ) -> Result<Vec<Digest>> {
        let ids: Vec<VerifierId> = rows.iter().map(|row| row.id).collect();
        let mut old: HashMap<VerifierId, Vec<StoredOld>> = HashMap::new();
        for row in db::verifier_rotations::list_for_index(conn, &ids)? {
            old.entry(row.verifier_id).or_default().push(StoredOld {
                id: row.id,
                digest: row.digest,
                ends_at: self.end_of(row.ends_at),
            });
        }
        self.step(turn, |_| {
            let mut there = Vec::new();
            for row in rows {
                let stored = Stored {
                    id: row.id,
                    digest: row.digest,
                    revoked: row.revoked_at.is_some(),
                    old: old.remove(&row.id).unwrap_or_default(),
                };
                let moved = moved.get(&row.id).map_or(&[][..], Vec::as_slice);
                self.index.verifiers().put(&stored, moved);
                there.push(stored.digest);
                there.extend(stored.old.iter().map(|old| old.digest));
            }
            Ok(there)
        })
    }
}

fn secret(rotation: &Arc<Rotation>, is_former: bool) -> Secret {
    Secret {
        rotation: Arc::clone(rotation),
        is_former,
    }
}
