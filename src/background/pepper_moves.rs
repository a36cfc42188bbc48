//! Moves what was used under an older pepper to the newest one.

use super::follow::Follower;
use crate::actions::keys;
use crate::db::change_log::{self, Item};
use crate::db::peppers::NewPlace;
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Conn, Db};
use crate::domain::Result;
use crate::verify::moves::{Holder, Move};

/// Keys moved in one transaction, so that changes by people never wait long.
const BATCH: usize = 200;

/// Moves the keys and verifiers that were accepted under an older pepper, and returns how many. No audit row tells of
/// it: neither they nor anybody's right changes.
///
/// # Errors
/// `Unavailable` when the database is away; what was not moved is offered again at its next use.
pub fn move_waiting(db: &Db, follower: &Follower) -> Result<usize> {
    let index = follower.index();
    let mut wanted = index.moves().take();
    // A busy key was perhaps offered again while it was moved.
    wanted.retain(|wanted| match wanted.holder {
        Holder::Key(..) => index.entry(&wanted.was).is_some(),
        Holder::Verifier(_) => index.verifiers().has(&wanted.was),
    });
    let mut moved = 0;
    for batch in wanted.chunks(BATCH) {
        let (of_batch, _) = follower.change(db, |conn| {
            batch.iter().try_fold(0, |moved, wanted| {
                move_one(conn, wanted).map(|done| moved + usize::from(done))
            })
        })?;
        moved += of_batch;
    }
    Ok(moved)
}

fn move_one(conn: &mut Conn, wanted: &Move) -> Result<bool> {
    match wanted.holder {
        Holder::Key(_, key) => {
            let rev = change_log::append_move(conn, Item::Key(key), &wanted.was)?;
            keys::note_state(conn, key, rev)?;
        }
        Holder::Verifier(verifier) => {
            change_log::append_move(conn, Item::Verifier(verifier), &wanted.was)?;
        }
    }
    // What was kept under a pepper that was given up by force stays out, however late this comes.
    for version in [wanted.from, wanted.to] {
        if !secret_checks::has(conn, Kind::Pepper, version)? {
            return Ok(false);
        }
    }
    let to = NewPlace {
        was: &wanted.was,
        digest: &wanted.digest,
        version: wanted.to,
    };
    match wanted.holder {
        Holder::Key(tenant, key) => db::peppers::move_key(conn, tenant, key, to),
        Holder::Verifier(verifier) => db::peppers::move_verifier(conn, verifier, to),
    }
}
