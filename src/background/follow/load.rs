//! Loading the index whole: at the start, and anew when the database has another history than the one followed so far.

use std::sync::Arc;

use super::entries::Digests;
use super::history::{History, REMEMBERED};
use super::{Follower, Turn};
use crate::db::pool::snapshot_on;
use crate::db::{self, Conn, change_log, dialect};
use crate::domain::Result;

/// Rows read at once: few enough that their texts stay in the processor's cache until they are used.
const LOADED: i64 = 500;

impl Follower {
    /// Forgets what is known and loads what is true now. The index answers nothing meanwhile.
    pub(super) fn load_anew(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        dialect::must_be_whole(conn)?;
        self.step(turn, |state| {
            self.index.doubt();
            // What keys have used up of their limits outlives this, also when it has to be begun again.
            self.index.for_each_key(|entry| {
                if let Some(limiter) = &entry.limiter {
                    state.limiters.insert(entry.key_id, Arc::clone(limiter));
                }
            });
            self.index.forget_keys();
            state.groups.clear();
            Ok(())
        })?;
        snapshot_on(conn, |conn| {
            self.follow_peppers(conn, turn)?;
            self.follow_master_keys(conn)?;
            self.load_all(conn, turn)
        })?;
        tracing::warn!(
            keys = self.index.len(),
            rev = self.index.rev(),
            "the index was loaded anew"
        );
        Ok(())
    }

    /// Loads every verifier, credential and key from one snapshot.
    pub(super) fn load_all(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        let at = change_log::head(conn)?;
        let recent = change_log::latest(conn, i64::from(REMEMBERED))?;
        let verifiers = db::verifiers::list_for_index(conn)?;
        let there = self.put_verifiers(conn, turn, &verifiers, &Digests::new())?;
        self.load_credentials(conn, turn)?;
        let mut after = None;
        loop {
            let rows = db::key_index::list(conn, after, LOADED)?;
            let Some(last) = rows.last() else {
                break;
            };
            after = Some(last.id);
            self.load_keys(conn, turn, rows, at.rev)?;
        }
        self.step(turn, |state| {
            self.index.verifiers().keep_only(&there);
            state.limiters.clear();
            state.history = Some(History::new(at, recent));
            state.head = at.rev;
            self.index.set_rev(at.rev);
            self.tell_moved();
            Ok(())
        })
    }
}
