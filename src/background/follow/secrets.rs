//! Taking up the secrets outside the database that the database notes, and giving up those that it notes no longer.

use super::{Follower, Turn};
use crate::db::Conn;
use crate::db::secret_checks::{self, Kind};
use crate::domain::Result;
use crate::domain::pepper::Peppers;

impl Follower {
    /// Takes up the peppers that the database notes. Only one that is not held yet is read from its file.
    pub(super) fn follow_peppers(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        let noted = secret_checks::list(conn, Kind::Pepper)?;
        let mut peppers = Peppers::of(self.index.peppers().live(), &noted);
        let mut failure = None;
        if !peppers.missing().is_empty() {
            match (self.read_peppers)() {
                Ok(at_hand) => peppers = Peppers::of(&at_hand, &noted),
                // What is held goes on being used; the next look tries again.
                Err(cause) => failure = Some(cause),
            }
        }
        self.step(turn, |_| {
            self.take_up(peppers, failure.as_deref());
            Ok(())
        })
    }

    /// Looks keys up under these peppers from now on.
    pub(super) fn take_up(&self, peppers: Peppers, failure: Option<&str>) {
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

    /// True while something may be encrypted under a master key that this process does not have.
    pub(super) fn lacks_master_key(&self) -> bool {
        let keys = self.master_keys.as_ref();
        keys.is_some_and(|(keys, _)| !keys.missing().is_empty())
    }

    /// As [`Follower::follow_peppers`], of master keys.
    pub(super) fn follow_master_keys(&self, conn: &mut Conn) -> Result<()> {
        let Some((keys, read)) = &self.master_keys else {
            return Ok(());
        };
        let noted = secret_checks::list(conn, Kind::MasterKey)?;
        let before = keys.missing();
        keys.take_up(&[], &noted);
        let mut failure = None;
        if !keys.missing().is_empty() {
            match read() {
                Ok(at_hand) => keys.take_up(&at_hand, &noted),
                Err(cause) => failure = Some(cause),
            }
        }
        let missing = keys.missing();
        if missing.is_empty() && !before.is_empty() {
            tracing::info!("every master key that secrets are encrypted under is at hand again");
        } else if missing != before {
            tracing::error!(
                ?missing,
                failure,
                "secrets are encrypted under master keys that this server does not have: copy the master key file from \
                 the server on which `keystead master-key rotate` ran; until then they do not open here"
            );
        }
        Ok(())
    }
}
