//! One look at the change log: applies what is new, if it goes on from what was applied before.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Instant;

use super::entries::Digests;
use super::history::{History, broken_by_changes, broken_by_head};
use super::{Follower, Trouble, Turn};
use crate::db::change_log::{Change, Item, Position};
use crate::db::{self, Conn};
use crate::domain::Result;

/// Changes that are read at once.
const BATCH: i64 = 5_000;

impl Follower {
    /// Applies every change that is committed by now, or loads everything, when that has to be. While the database can't
    /// be asked, a certain index goes on answering with what it knows. A missing pepper or master key is looked for each
    /// time.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer, or the turn was lost; the index is in doubt when there was
    /// something to apply and it could not be.
    pub fn look(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        let begun = Instant::now();
        let doubts = self.step(turn, |state| Ok(state.doubts))?;
        let head = db::change_log::head(conn)?;
        let applied = self.follow(conn, turn, head);
        self.step(turn, |state| {
            match &applied {
                Ok(()) => {
                    state.looked = begun;
                    // Whoever came to doubt since may know of a change that was not there yet when this look began.
                    if state.history.is_some() && state.doubts == doubts {
                        state.trouble = None;
                        self.index.trust();
                    }
                }
                Err(_) => self.index.doubt(),
            }
            self.tell_moved();
            Ok(())
        })?;
        self.pause(turn);
        applied
    }

    /// From where the index stands to `head`, or beyond.
    fn follow(&self, conn: &mut Conn, turn: Turn, head: Position) -> Result<()> {
        if self.index.lacks_pepper() {
            self.follow_peppers(conn, turn)?;
        }
        if self.lacks_master_key() {
            self.follow_master_keys(conn)?;
        }
        loop {
            let at = self.step(turn, |state| {
                state.head = head.rev;
                Ok(state.history.as_ref().map(History::at))
            })?;
            let Some(at) = at else {
                if self.is_undecided(conn, turn)? {
                    return Ok(());
                }
                self.load_anew(conn, turn)?;
                return self.catch_up_record(conn);
            };
            let mut broken = broken_by_head(at, head);
            let mut changes = Vec::new();
            if at.rev < head.rev {
                changes = db::change_log::list_after(conn, at.rev, BATCH)?;
                broken = broken_by_changes(at, head, &changes);
            }
            if let Some(why) = broken {
                return self.lose(turn, &why);
            }
            self.apply(conn, turn, &changes)?;
            self.note_stops(conn, turn, &changes)?;
            let reached = self.step(turn, |state| {
                if let Some(history) = state.history.as_mut() {
                    for change in &changes {
                        history.push(change.position);
                    }
                }
                let reached = state.history.as_ref().map_or(at, History::at);
                self.index.set_rev(reached.rev);
                self.tell_moved();
                Ok(reached)
            })?;
            if reached.rev >= head.rev {
                return Ok(());
            }
        }
    }

    /// The history of the database is not the one that was followed: nothing is certain until the next look, which opens
    /// the database and loads everything anew.
    fn lose(&self, turn: Turn, why: &str) -> Result<()> {
        self.step(turn, |state| {
            self.index.doubt();
            tracing::error!(
                reason = why,
                "the database does not go on from what this server knows: it was put back to an older state, or a \
                 standby took over that lacked the last changes. Verification is answered 503 until everything is \
                 loaded anew; what was done since that state may be lost, revocations too"
            );
            state.history = None;
            state.lost = Some(self.index.lease().clock().now());
            state.trouble = Some(Trouble::OtherHistory);
            state.must_reopen = true;
            state.is_asked = true;
            Ok(())
        })
    }

    fn apply(&self, conn: &mut Conn, turn: Turn, changes: &[Change]) -> Result<()> {
        let Some(rev) = changes.last().map(|last| last.position.rev) else {
            return Ok(());
        };
        // First: what was moved to a new pepper can be found from the moment it is applied.
        if changes
            .iter()
            .any(|change| matches!(change.item, Item::Pepper(_)))
        {
            self.follow_peppers(conn, turn)?;
        }
        if changes
            .iter()
            .any(|change| matches!(change.item, Item::MasterKey(_)))
        {
            self.follow_master_keys(conn)?;
        }
        let (keys, ids) = of_kind(changes, Item::key);
        let rows = db::key_index::find(conn, &ids)?;
        self.put_keys(conn, turn, rows, &keys, rev)?;
        let (_, ids) = of_kind(changes, Item::group);
        let groups = db::groups::find_for_index(conn, &ids)?;
        self.put_groups(turn, &groups, rev)?;
        let (_, ids) = of_kind(changes, Item::tenant);
        for tenant in ids {
            if db::tenant_deletions::is_gone(conn, tenant)? {
                self.step(turn, |state| {
                    self.index.forget_tenant(tenant);
                    self.credentials.forget_tenant(tenant);
                    // With what its keys shared.
                    state.groups.retain(|_, known| !known.is_of(tenant));
                    Ok(())
                })?;
                continue;
            }
            let is_suspended = db::tenants::find(conn, tenant)?.suspended_at.is_some();
            self.put_tenant(turn, tenant, is_suspended, rev)?;
        }
        if changes
            .iter()
            .any(|change| matches!(change.item, Item::Rollout(_)))
        {
            self.put_access(conn, turn)?;
        }
        let (_, ids) = of_kind(changes, Item::project);
        let rows = db::projects::find_for_index(conn, &ids)?;
        self.put_projects(turn, rows)?;
        let (_, ids) = of_kind(changes, Item::integration);
        let rows = db::integrations::find_for_index(conn, &ids)?;
        self.put_integrations(conn, turn, rows)?;
        let (verifiers, ids) = of_kind(changes, Item::verifier);
        if ids.is_empty() {
            return Ok(());
        }
        let rows = db::verifiers::find_for_index(conn, &ids)?;
        self.put_verifiers(conn, turn, &rows, &verifiers)
            .map(|_| ())
    }
}

/// The things of one kind that changed, with the digests that they had before, and their ids.
fn of_kind<Id: Copy + Eq + Hash>(
    changes: &[Change],
    kind: fn(Item) -> Option<Id>,
) -> (Digests<Id>, Vec<Id>) {
    let mut items: Digests<Id> = HashMap::new();
    for change in changes {
        if let Some(id) = kind(change.item) {
            items.entry(id).or_default().extend(change.old_digest);
        }
    }
    let ids = items.keys().copied().collect();
    (items, ids)
}
