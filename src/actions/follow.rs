//! Keeps the index in step with the database: loads it whole at start, then applies the change log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::change_log::Kind;
use crate::db::{self, Conn, Db};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, TenantId};
use crate::domain::pepper::{Digest, Pepper, Peppers};
use crate::domain::rate_limit::RateLimit;
use crate::domain::scope::Scopes;
use crate::domain::time::Clock;
use crate::domain::{Error, Result};
use crate::verify::entry::{Entry, Group, Special};
use crate::verify::index::Index;
use crate::verify::limiter::Limiter;
use crate::verify::rotations::{Rotation, Secret};
use crate::verify::table::Held;
use crate::verify::usage::Counters;

/// Changes applied at once while following.
const BATCH: i64 = 5_000;
/// Rows read at once while loading: few enough that their texts stay in the processor's cache until they are used.
const LOADED: i64 = 500;

/// Groups by id, each with its scopes as stored: loading a million keys reads them once.
type Groups = HashMap<String, (String, Arc<Group>)>;
/// Digests that things had before, by their id.
type Digests = HashMap<String, Vec<Digest>>;
/// Secrets that a key had before, oldest first.
type Formers = Vec<(Digest, Arc<Rotation>)>;
/// Reads the peppers at hand, from wherever this installation keeps them.
pub type ReadPeppers = Box<dyn Fn() -> std::result::Result<Vec<Pepper>, String> + Send + Sync>;

/// The index and the groups that its entries share.
pub struct Follower {
    index: Arc<Index>,
    read_peppers: ReadPeppers,
    clock: Clock,
    /// Also the lock that lets one thread apply changes at a time, in order.
    groups: Mutex<Groups>,
}

impl Follower {
    /// Loads every key and verifier in one snapshot. `per_second` is the number of single requests that
    /// are recorded; rate limits count by `clock`.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; `Internal` when a row or the peppers can't be understood.
    pub fn load(
        db: &Db,
        read_peppers: ReadPeppers,
        per_second: usize,
        clock: &Clock,
    ) -> Result<Self> {
        let keys = db.read(db::key_index::count)?;
        let follower = Self {
            index: Arc::new(Index::new(per_second, keys)),
            read_peppers,
            clock: clock.clone(),
            groups: Mutex::default(),
        };
        let at_hand = (follower.read_peppers)().map_err(Error::Internal)?;
        let mut groups = HashMap::new();
        let rev = db.snapshot(|conn| {
            let rev = db::change_log::head(conn)?;
            // First, so that whatever was kept under a new one is found from the moment it is applied.
            follower.take_up(Peppers::of(&at_hand, &db::peppers::list_noted(conn)?), None);
            for row in db::verifiers::list_for_index(conn)? {
                follower.apply_verifier(&row, &[])?;
            }
            let mut after = String::new();
            loop {
                let rows = db::key_index::list(conn, &after, LOADED)?;
                let Some(last) = rows.last() else {
                    return Ok(rev);
                };
                after.clone_from(&last.id);
                follower.apply_all(conn, rows, &Digests::new(), rev, &mut groups)?;
            }
        })?;
        *follower
            .groups
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = groups;
        follower.index.set_rev(rev);
        Ok(follower)
    }

    /// The index that this follower fills.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Applies every change that is committed by now. Called after each commit
    /// of this process, before the change is answered, and on a timer for changes made elsewhere.
    ///
    /// # Errors
    /// `Unavailable`; the index then answers nothing until a later call succeeds.
    pub fn catch_up(&self, conn: &mut Conn) -> Result<()> {
        // Callers hold a connection before they wait here, never the other way round: no two can block each other.
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        match self.apply_changes(conn, &mut groups) {
            Ok(rev) => {
                self.index.set_rev(rev);
                Ok(())
            }
            Err(error) => {
                self.index.doubt();
                Err(Error::Unavailable(format!(
                    "the index can't follow: {error}"
                )))
            }
        }
    }

    /// The timer's turn: applies changes made elsewhere, if there are any. While the database can't be asked, a
    /// certain index goes on answering with what it knows. A missing pepper is looked for each time.
    ///
    /// # Errors
    /// As [`Follower::catch_up`].
    pub fn poll(&self, db: &Db) -> Result<()> {
        db.read(|conn| {
            if self.index.is_certain()
                && !self.index.lacks_pepper()
                && db::change_log::head(conn)? == self.index.rev()
            {
                return Ok(());
            }
            self.catch_up(conn)
        })
    }

    fn apply_changes(&self, conn: &mut Conn, groups: &mut Groups) -> Result<i64> {
        if self.index.lacks_pepper() {
            self.follow_peppers(conn)?;
        }
        let mut rev = self.index.rev();
        loop {
            let changes = db::change_log::list_after(conn, rev, BATCH)?;
            let Some(last) = changes.last() else {
                return Ok(rev);
            };
            let reached = last.rev;
            // First: what was moved to a new pepper can be found from the moment it is applied.
            if changes.iter().any(|change| change.kind == Kind::Pepper) {
                self.follow_peppers(conn)?;
            }
            let of_kind = |kind: Kind| {
                let mut items = Digests::new();
                for change in changes.iter().filter(|change| change.kind == kind) {
                    let old = items.entry(change.item.clone()).or_default();
                    old.extend(change.old_digest);
                }
                let ids: Vec<String> = items.keys().cloned().collect();
                (items, ids)
            };
            let (keys, ids) = of_kind(Kind::Key);
            let rows = db::key_index::find(conn, &ids)?;
            let mut renewed = self.apply_all(conn, rows, &keys, reached, groups)?;
            let (_, ids) = of_kind(Kind::Group);
            for row in db::groups::find_for_index(conn, &ids)? {
                let (shared, _) =
                    share_group(groups, &row.id, &row.tenant_id, row.name, &row.scopes)?;
                // Also when it is known already: an earlier turn may have failed before it reached every key.
                renewed.push((shared.tenant_id, shared.id));
            }
            while let Some((tenant, group)) = renewed.pop() {
                let more = self.apply_group(conn, tenant, group, reached, groups)?;
                renewed.extend(more);
            }
            let (verifiers, ids) = of_kind(Kind::Verifier);
            if !ids.is_empty() {
                for row in db::verifiers::find_for_index(conn, &ids)? {
                    let old = verifiers.get(&row.id).map_or(&[][..], Vec::as_slice);
                    self.apply_verifier(&row, old)?;
                }
            }
            rev = reached;
        }
    }

    /// Takes up the peppers that the database notes. Only one that is not held yet is read from its file.
    fn follow_peppers(&self, conn: &mut Conn) -> Result<()> {
        let noted = db::peppers::list_noted(conn)?;
        let mut peppers = Peppers::of(self.index.peppers().live(), &noted);
        let mut failure = None;
        if !peppers.missing().is_empty() {
            match (self.read_peppers)() {
                Ok(at_hand) => peppers = Peppers::of(&at_hand, &noted),
                // What is held goes on being used; the next turn tries again.
                Err(cause) => failure = Some(cause),
            }
        }
        self.take_up(peppers, failure.as_deref());
        Ok(())
    }

    fn take_up(&self, peppers: Peppers, failure: Option<&str>) {
        let (before, missing) = (self.index.peppers(), peppers.missing());
        if before.missing() != missing && missing.is_empty() {
            tracing::info!("every pepper that keys are kept under is at hand again");
        } else if before.missing() != missing {
            tracing::error!(
                versions = ?missing,
                failure,
                "keys are kept under peppers that this server does not have: copy the pepper file from the server on \
                 which `keystead pepper rotate` ran; until then unknown keys are answered 503 here"
            );
        }
        self.index.set_peppers(peppers);
    }

    /// Applies rows, and tells which groups they showed with other scopes or another name than before.
    fn apply_all(
        &self,
        conn: &mut Conn,
        rows: Vec<db::key_index::IndexRow>,
        old: &Digests,
        rev: i64,
        groups: &mut Groups,
    ) -> Result<Vec<(TenantId, GroupId)>> {
        let mut renewed = Vec::new();
        let mut formers = self.formers(conn, &rows)?;
        for row in rows {
            let old = old.get(&row.id).map_or(&[][..], Vec::as_slice);
            let formers = formers.remove(&row.id).unwrap_or_default();
            renewed.extend(self.apply(row, &formers, old, rev, groups)?);
        }
        Ok(renewed)
    }

    /// The secrets that these keys had before, by key. Most keys were never rotated and cost no query.
    fn formers(
        &self,
        conn: &mut Conn,
        rows: &[db::key_index::IndexRow],
    ) -> Result<HashMap<String, Formers>> {
        let rotated = rows.iter().filter(|row| row.rotated_at.is_some());
        let rotated: Vec<String> = rotated.map(|row| row.id.clone()).collect();
        let mut formers: HashMap<String, Formers> = HashMap::new();
        for row in db::key_rotations::list_for_index(conn, &rotated)? {
            let digest: Digest = row.digest.as_slice().try_into().map_err(Error::internal)?;
            let ends_at = row.ends_at.map(|at| at.and_utc());
            if ends_at.is_none() {
                self.index.rotations().await_quiet();
            }
            let rotation = Arc::new(Rotation::new(
                row.id.parse()?,
                ends_at,
                row.cancelled_at.is_some(),
            ));
            formers
                .entry(row.key_id)
                .or_default()
                .push((digest, rotation));
        }
        Ok(formers)
    }

    /// Gives every key of a group that changed the group as it is now: what was taken from the group is taken from
    /// all of its keys before the change counts as applied. If it changes again meanwhile, the answer names it.
    fn apply_group(
        &self,
        conn: &mut Conn,
        tenant: TenantId,
        group: GroupId,
        rev: i64,
        groups: &mut Groups,
    ) -> Result<Vec<(TenantId, GroupId)>> {
        let (mut after, mut renewed) = (String::new(), Vec::new());
        loop {
            let rows = db::key_index::list_of_group(conn, tenant, group, &after, BATCH)?;
            let Some(last) = rows.last() else {
                return Ok(renewed);
            };
            after.clone_from(&last.id);
            renewed.extend(self.apply_all(conn, rows, &Digests::new(), rev, groups)?);
        }
    }

    /// Puts a row's entry in place, and one for each secret that the key had before; the answer names its group when
    /// that was known otherwise. `old` are digests that the key or one of these secrets had before.
    fn apply(
        &self,
        row: db::key_index::IndexRow,
        formers: &[(Digest, Arc<Rotation>)],
        old: &[Digest],
        rev: i64,
        groups: &mut Groups,
    ) -> Result<Option<(TenantId, GroupId)>> {
        let digest: Digest = row.digest.as_slice().try_into().map_err(Error::internal)?;
        let held = std::iter::once(&digest)
            .chain(old)
            .chain(formers.iter().map(|(digest, _)| digest))
            .find_map(|digest| self.index.entry(digest));
        let before = held.as_ref().and_then(Held::get);
        let allowed = AddressList::parse(row.ip_allowlist.lines()).map_err(Error::internal)?;
        let mode = AllowlistMode::parse(&row.ip_allowlist_mode).map_err(Error::internal)?;
        // Whatever else is said of a list, it is enforced.
        let observed = mode == AllowlistMode::Observe;
        let (group, renewed) = share_group(
            groups,
            &row.group_id,
            &row.tenant_id,
            row.group_name,
            &row.scopes,
        )?;
        let special = Special {
            ip_allowlist: (!observed && !allowed.is_empty()).then_some(allowed),
            observed,
            secret: formers
                .last()
                .filter(|(_, rotation)| rotation.is_running(self.clock.now()))
                .map(|(_, rotation)| secret(rotation, false)),
        };
        let entry = Entry {
            key_id: row.id.parse()?,
            group,
            name: row.name.into_boxed_str(),
            limiter: row.rate_limit.0.map(|limit| self.limiter(limit, before)),
            expiry: row.expires_at.map(|at| at.and_utc()).into(),
            issued: u32::try_from(row.created_at.and_utc().timestamp()).unwrap_or_default(),
            environment: Environment::parse(&row.environment).map_err(Error::internal)?,
            tenant_suspended: row.suspended_at.is_some(),
            revoked: row.revoked_at.is_some(),
            disabled: row.disabled_at.is_some(),
            special: special.boxed(),
            counters: Counters::default(),
            rev,
        };
        let renewed = renewed.then(|| (entry.tenant_id(), entry.group.id));
        for (digest, rotation) in formers {
            let former = entry.of_former(secret(rotation, true));
            self.index.put(*digest, former, &[]);
        }
        let is_former = |old: &Digest| formers.iter().any(|(digest, _)| digest == old);
        let gone: Vec<Digest> = old.iter().filter(|old| !is_former(old)).copied().collect();
        self.index.put(digest, entry, &gone);
        Ok(renewed)
    }

    /// The limiter that the key has already, unless its limit changed: no other change gives back what was used up.
    fn limiter(&self, limit: RateLimit, old: Option<&Entry>) -> Arc<Limiter> {
        let kept = old
            .and_then(|old| old.limiter.as_ref())
            .filter(|limiter| limiter.limit() == limit);
        kept.map_or_else(|| Arc::new(Limiter::new(limit, &self.clock)), Arc::clone)
    }

    fn apply_verifier(&self, row: &db::verifiers::IndexRow, old: &[Digest]) -> Result<()> {
        let digest: Digest = row.digest.as_slice().try_into().map_err(Error::internal)?;
        let (id, revoked) = (row.id.parse()?, row.revoked_at.is_some());
        self.index.verifiers().put(digest, id, revoked, old);
        Ok(())
    }
}

fn secret(rotation: &Arc<Rotation>, is_former: bool) -> Secret {
    Secret {
        rotation: Arc::clone(rotation),
        is_former,
    }
}

/// The group that keys share; true when it was known with other scopes or another name.
fn share_group(
    groups: &mut Groups,
    id: &str,
    tenant: &str,
    name: String,
    scopes: &str,
) -> Result<(Arc<Group>, bool)> {
    let known = groups.get(id);
    if let Some((_, group)) = known.filter(|known| known.0 == scopes && known.1.name == name) {
        return Ok((Arc::clone(group), false));
    }
    let renewed = known.is_some();
    let group = Arc::new(Group {
        id: id.parse()?,
        tenant_id: tenant.parse()?,
        name,
        scopes: Scopes::parse(scopes).map_err(Error::internal)?,
    });
    groups.insert(id.to_owned(), (scopes.to_owned(), Arc::clone(&group)));
    Ok((group, renewed))
}
