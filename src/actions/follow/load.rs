//! Loading the index whole: at the start, and anew when the database has another history than the one followed so far.

use std::collections::HashSet;
use std::sync::Arc;

use super::entries::{Digests, Limiters};
use super::history::{History, REMEMBERED};
use super::{Follower, Turn};
use crate::db::pool::snapshot_on;
use crate::db::{self, Conn, change_log};
use crate::domain::Result;
use crate::domain::id::VerifierId;

/// Rows read at once: few enough that their texts stay in the processor's cache until they are used.
const LOADED: i64 = 500;

impl Follower {
    /// Forgets what is known and loads what is true now. The index answers nothing meanwhile.
    pub(super) fn load_anew(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        let mut limiters = Limiters::new();
        self.index.for_each_key(|entry| {
            if let Some(limiter) = &entry.limiter {
                limiters.insert(entry.key_id, Arc::clone(limiter));
            }
        });
        self.step(turn, |state| {
            self.index.doubt();
            self.index.forget_keys();
            state.groups.clear();
            Ok(())
        })?;
        snapshot_on(conn, |conn| {
            self.follow_peppers(conn, turn)?;
            self.load_all(conn, turn, &limiters)
        })?;
        tracing::warn!(
            keys = self.index.len(),
            rev = self.index.rev(),
            "the index was loaded anew, and answers again"
        );
        Ok(())
    }

    /// Loads every verifier and key from one snapshot. A key of `limiters` goes on with what it has used up.
    pub(super) fn load_all(&self, conn: &mut Conn, turn: Turn, limiters: &Limiters) -> Result<()> {
        let at = change_log::head(conn)?;
        let recent = change_log::latest(conn, i64::from(REMEMBERED))?;
        let verifiers = db::verifiers::list_for_index(conn)?;
        self.put_verifiers(turn, &verifiers, &Digests::new())?;
        let ids = verifiers.iter().map(|row| row.id.parse());
        let ids: HashSet<VerifierId> = ids.collect::<Result<_>>()?;
        let mut after = String::new();
        loop {
            let rows = db::key_index::list(conn, &after, LOADED)?;
            let Some(last) = rows.last() else {
                break;
            };
            after.clone_from(&last.id);
            self.load_keys(conn, turn, rows, limiters, at.rev)?;
        }
        self.step(turn, |state| {
            self.index.verifiers().keep_only(&ids);
            state.history = Some(History::new(at, recent));
            state.head = at.rev;
            state.trouble = None;
            self.index.set_rev(at.rev);
            self.moved.notify_all();
            Ok(())
        })
    }
}
