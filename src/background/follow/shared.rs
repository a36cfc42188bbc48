//! The follower as one of several servers on a database: the rounds of its lease, and the wait for the others.

use std::time::Duration;

use super::{Follower, Turn};
use crate::background::nodes::Store;
use crate::background::nodes::confirmations::Seen;
use crate::background::nodes::last_run::LastRun;
use crate::background::nodes::member::Member;
use crate::db::node_leases::{self, NodeLease, Vital};
use crate::db::{Conn, dialect, stalled_changes};
use crate::domain::boot_clock::BootClock;
use crate::domain::id::NodeId;
use crate::domain::time::Clock;
use crate::domain::{Error, Result};
use crate::verify::lease::Lease;

/// How long the first lease is waited for.
const FIRST: Duration = Duration::from_secs(5);

/// How soon a change that others wait for is looked at again.
const SOON: Duration = Duration::from_millis(100);

/// What a server says that has yet to load its index.
const NOTHING_APPLIED: i64 = -1;

/// What a server is called among others, and how long its leases last.
#[derive(Debug, Clone)]
pub struct Node {
    /// What its operator calls it.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// The same for all servers.
    pub lease: Duration,
    /// The run before this one.
    pub last_run: LastRun,
}

/// The connection on which a follower does what its lease asks for.
struct Session<'a> {
    follower: &'a Follower,
    node: &'a Node,
    conn: &'a mut Conn,
    turn: Turn,
    /// How often this machine had stood still when the round began.
    standstills: u64,
}

impl Follower {
    /// True when it is one of several servers on its database.
    pub fn is_shared(&self) -> bool {
        self.node.is_some()
    }

    /// True when this server does what is done once for all of them: it has its database to itself, or is the oldest.
    pub fn leads(&self) -> bool {
        if !self.is_shared() {
            return true;
        }
        let has_ended = self.lease().has_ended();
        let state = self.lock();
        let oldest = state.seen.nodes.first().map(|node| node.node_id);
        let own = state.member.as_ref().and_then(Member::id);
        !has_ended && oldest.is_some() && oldest == own
    }

    /// Applies what changed, and renews the lease when it is time.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn round(&self, conn: &mut Conn, turn: Turn) -> Result<()> {
        self.lock()
            .pace
            .look(|| self.index.metrics().decided_in_all());
        let Some(node) = &self.node else {
            return self.look(conn, turn);
        };
        // A copy: who was given up for a silent connection keeps its own, and goes on with it no more.
        let (mut member, standstills) = self.step(turn, |state| {
            let new = || Member::new(node.lease);
            let member = state.member.get_or_insert_with(new).clone();
            Ok((member, state.standstills))
        })?;
        if self.lease().has_ended() {
            member.must_renew();
        }
        let mut session = Session {
            follower: self,
            node,
            conn,
            turn,
            standstills,
        };
        let clock = self.lease().clock();
        let begun = clock.now();
        let done = member.round(&mut session, clock);
        let is_renewed = matches!(done, Ok(Some(_)));
        let seen = match done {
            Ok(None) if !self.waits.are_over() => {
                let begun = clock.now();
                session.list().map(|nodes| Some(Seen { nodes, begun }))
            }
            Ok(None) => Ok(None),
            Ok(Some(nodes)) => {
                set_clock(&self.clock, clock, session.conn).map(|()| Some(Seen { nodes, begun }))
            }
            Err(error) => Err(error),
        };
        self.step(turn, |state| {
            state.member = Some(member);
            Ok(())
        })?;
        let seen = seen?;
        self.end_stalled(session.conn, is_renewed)?;
        if let Some(seen) = seen {
            self.index.set_servers(seen.nodes.len());
            self.step(turn, |state| {
                state.seen = seen;
                self.tell_moved();
                Ok(())
            })?;
        }
        self.pause(turn);
        Ok(())
    }

    /// Ends changes that are stalled, whichever server makes them: that one may be too slow to do it. Looks again soon while
    /// somebody waits for a change.
    fn end_stalled(&self, conn: &mut Conn, is_due: bool) -> Result<()> {
        let now = self.lease().clock().now();
        if !is_due && self.lock().holder_due.is_none_or(|due| now < due) {
            return Ok(());
        }
        let holders = stalled_changes::end(conn)?;
        for ended in holders.iter().filter(|holder| holder.is_ended) {
            tracing::warn!(
                pid = ended.pid,
                address = ended.address.as_deref().unwrap_or("local"),
                "others waited for a change whose server was too slow to go on with it; it was ended"
            );
        }
        self.lock().holder_due = (!holders.is_empty()).then_some(now + SOON);
        Ok(())
    }

    /// Gives the lease up, and asks for a new one: it may have run out while the clocks of this machine stood still.
    pub(super) fn note_standstill(&self, jump: Duration) {
        if !self.is_shared() {
            return;
        }
        let mut state = self.lock();
        state.standstills += 1;
        state.is_asked = true;
        self.lease().end();
        self.asked.notify_all();
        tracing::warn!(
            seconds = jump.as_secs(),
            "the time of day jumped: perhaps this machine stood still without knowing; its lease is renewed before it \
             answers again"
        );
    }

    /// Until when this server may answer.
    fn lease(&self) -> &Lease {
        self.index.lease()
    }

    /// Whom a change waits for that an audit row about this object tells of, and for how long at most; `None` when no such
    /// change waits here.
    pub fn awaits(&self, object: &str) -> Option<(Vec<String>, Duration)> {
        let now = self.lease().clock().now();
        let (missing, ends) = self.waits.of(object)?;
        Some((missing, ends.saturating_sub(now)))
    }

    /// Which of the servers this one is; `None` while it is entered among no others.
    pub fn own_id(&self) -> Option<NodeId> {
        self.lock().member.as_ref().and_then(Member::id)
    }

    /// Questions that were answered in the last second.
    pub fn questions_per_second(&self) -> i64 {
        self.lock().pace.per_second()
    }

    /// Takes this server from the others: it answers nothing any more, so nobody has to wait for it.
    pub(super) fn leave(&self, conn: &mut Conn) -> Result<()> {
        let member = self.lock().member.take();
        self.lease().end();
        match member.and_then(|member| member.id()) {
            Some(id) => node_leases::leave(conn, id),
            None => Ok(()),
        }
    }

    /// Waits for the first lease, so that a server that says it has started answers; no longer than a moment.
    pub fn await_lease(&self) {
        let begun = std::time::Instant::now();
        while self.lease().has_ended() && begun.elapsed() < FIRST {
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }
}

impl Session<'_> {
    fn vital(&self) -> Vital {
        let index = &self.follower.index;
        Vital {
            seen_at: self.follower.clock.now(),
            key_count: count(index.len()),
            questions_per_second: self.follower.questions_per_second(),
        }
    }
}

impl Store for Session<'_> {
    fn register(&mut self, node: NodeId) -> Result<()> {
        let now = self.follower.clock.now();
        let lease_ms = i64::try_from(self.node.lease.as_millis()).unwrap_or(i64::MAX);
        let row = NodeLease {
            node_id: node,
            beat: 0,
            applied_rev: NOTHING_APPLIED,
            lease_ms,
            name: self.node.name.clone(),
            address: self.node.address.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            started_at: now,
            seen_at: now,
            key_count: 0,
            questions_per_second: 0,
        };
        let last_run = &self.node.last_run;
        node_leases::register(self.conn, row, last_run.before())?;
        if let Err(error) = last_run.note(node) {
            tracing::warn!(%error, "should this server crash, others will wait for it although it was started again");
        }
        Ok(())
    }

    fn renew(&mut self, node: NodeId) -> Result<bool> {
        node_leases::renew(self.conn, node, self.vital())
    }

    fn follow(&mut self) -> Result<i64> {
        self.follower.look(self.conn, self.turn)?;
        // In another history the numbers that were applied say nothing.
        self.follower.step(self.turn, |state| {
            let applied = state.history.as_ref().map(|at| at.at().rev);
            Ok(applied.unwrap_or(NOTHING_APPLIED))
        })
    }

    fn extend(&mut self, until: Duration) -> Result<()> {
        self.follower.step(self.turn, |state| {
            // Nobody knows any more when this lease began.
            if state.standstills != self.standstills {
                let text =
                    "this machine stood still, or its time was set, while the lease was renewed";
                return Err(Error::Unavailable(text.into()));
            }
            self.follower.lease().extend(until);
            Ok(())
        })
    }

    fn acknowledge(&mut self, node: NodeId, applied: i64) -> Result<()> {
        node_leases::acknowledge(self.conn, node, applied)
    }

    fn list(&mut self) -> Result<Vec<NodeLease>> {
        node_leases::list(self.conn)
    }

    fn evict(&mut self, node: NodeId, beat: i64) -> Result<()> {
        if node_leases::evict(self.conn, node, beat)? {
            tracing::warn!(%node, "a server was silent for longer than its lease; it is no longer waited for");
        }
        Ok(())
    }
}

/// A number as the database keeps it.
pub(super) fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// Sets a clock to the time of the database, unless the database takes so long to tell it that nobody knows when it was.
///
/// # Errors
/// Those of the database.
pub fn set_clock(clock: &Clock, boot: &BootClock, conn: &mut Conn) -> Result<()> {
    let begun = boot.now();
    let Some(now) = dialect::now(conn)? else {
        return Ok(());
    };
    let took = boot.now().saturating_sub(begun);
    if took < Duration::from_millis(500) {
        clock.follow(now, begun + took / 2);
    }
    Ok(())
}

/// True when this connection was told of a change.
pub(super) fn heard(conn: &mut Conn) -> bool {
    // What is wrong with it shows as soon as it is used.
    dialect::heard_of_change(conn).unwrap_or(true)
}
