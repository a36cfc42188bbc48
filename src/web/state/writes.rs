//! Changes, made beside the threads that answer. One that waits until every server has applied it holds no thread meanwhile:
//! a server that hangs holds up who asked for these changes, and nobody else.

use std::sync::Arc;

use actix_web::rt;

use super::super::revision;
use super::{State, block};
use crate::actions::authority::{self, Authority as Acting};
use crate::background::follow::{Follower, Stored};
use crate::db::{Conn, Db};
use crate::domain::{Error, Result};

impl State {
    /// Runs a change by somebody, who is looked at again under its lock: `change` is given them as they are then, with
    /// the time of that moment.
    ///
    /// # Errors
    /// Those of [`authority::under_lock`] and of [`State::write`].
    pub async fn change<A: Acting + Send + 'static, T: Send + 'static>(
        &self,
        by: A,
        change: impl FnOnce(&mut Conn, &A) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let clock = self.clock.clone();
        self.write(move |conn| {
            let by = authority::under_lock(conn, by, &clock)?;
            change(conn, &by)
        })
        .await
    }

    /// Runs a change of which nobody's rights decide, in one transaction: a stranger's with a proof that it looks at
    /// itself, or a note of what somebody was shown. The index applies it before this returns: what is answered as done
    /// is true for the next verification.
    ///
    /// # Errors
    /// As [`Follower::change`].
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, rev) = self
            .answered(move |follower, db| follower.store(db, change))
            .await?;
        revision::note(rev);
        Ok(done)
    }

    /// As [`Follower::settled`], with nothing that is told.
    ///
    /// # Errors
    /// `Unavailable` when the database is away, or the index does not get there.
    pub async fn settle(&self) -> Result<()> {
        self.answered(|follower, db| follower.settled(db, Ok(())))
            .await
    }

    /// Stores something, and waits for what has to be over before it is answered. That goes on when whoever asked hangs up.
    async fn answered<T: Send + 'static>(
        &self,
        store: impl FnOnce(&Follower, &Db) -> Stored<T> + Send + 'static,
    ) -> Result<T> {
        let (db, follower) = (self.db.clone(), Arc::clone(&self.follower));
        let stored = {
            let (db, follower) = (db.clone(), Arc::clone(&follower));
            block(move || Ok(store(&follower, &db)))
        };
        let answer = async move { follower.answered(&db, stored.await?).await };
        rt::spawn(answer).await.unwrap_or_else(|failed| {
            Err(if failed.is_panic() {
                Error::internal("it panicked")
            } else {
                Error::Unavailable("the server is stopping".into())
            })
        })
    }

    /// Runs a change that concerns no key, as [`Db::note`].
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn note<T: Send + 'static>(
        &self,
        note: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || db.note(note)).await
    }
}
