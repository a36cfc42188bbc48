//! What a server of a simulation asks of its database, over a network that may be slow and lose things.

use std::time::Duration;

use keystead::background::nodes::Store;
use keystead::db::node_leases::NodeLease;
use keystead::domain::id::NodeId;
use keystead::domain::time::Timestamp;
use keystead::domain::{Error, Result};
use keystead::verify::entry::Entry;

use super::database::Database;
use super::server::{Broken, LEASE, Server};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_millis(600);

/// A connection to the database.
pub struct Session {
    pub server: Server,
    pub actor: usize,
    pub node: Option<NodeId>,
    pub applied: i64,
    /// When the last renewal was sent.
    pub begun: Duration,
}

impl Session {
    /// Asks the database, over a network that may be slow, and lose the question or the answer.
    pub fn ask<T>(&mut self, act: impl FnOnce(&mut Database) -> T) -> Result<T> {
        let Server {
            world,
            at,
            database,
            ..
        } = &self.server;
        let on_the_way = || {
            let most = if world.roll(|dice| dice.once_in(30)) {
                1_500
            } else {
                3
            };
            let time = world.roll(|dice| dice.up_to(Duration::from_millis(most)));
            world.pause(self.actor, time);
        };
        let lost = || {
            world.pause(self.actor, PATIENCE);
            Err(Error::Unavailable("no answer".into()))
        };
        on_the_way();
        if world.now() < world.fate(*at).mute || world.now() < database.lock().unwrap().away_until {
            return lost();
        }
        let answer = act(&mut database.lock().unwrap());
        on_the_way();
        if world.now() < world.fate(*at).deaf {
            return lost();
        }
        Ok(answer)
    }

    fn is_broken(&self, by: Broken) -> bool {
        self.server.broken == Some(by)
    }
}

impl Store for Session {
    fn register(&mut self, node: NodeId) -> Result<()> {
        let row = NodeLease {
            node_id: node,
            beat: 0,
            applied_rev: -1,
            lease_ms: LEASE.as_millis() as i64,
            name: self.server.at.to_string(),
            address: String::new(),
            version: String::new(),
            started_at: Timestamp::default(),
            seen_at: Timestamp::default(),
            key_count: 0,
            questions_per_second: 0,
        };
        self.node = Some(node);
        self.ask(|database| database.register(row))
    }

    fn renew(&mut self, node: NodeId) -> Result<bool> {
        self.begun = self.server.clock.now();
        let applied = self.applied;
        self.ask(|database| database.renew(node, applied))
    }

    fn follow(&mut self) -> Result<i64> {
        let from = self.applied;
        let changes = self.ask(|database| database.stopped[from as usize..].to_vec())?;
        let head = from + changes.len() as i64;
        if self.is_broken(Broken::LeaseBeforeApplying) {
            self.server.index.lease().extend(self.begun + LEASE);
        }
        if let Some(node) = self.node
            && self.is_broken(Broken::WordBeforeApplying)
        {
            self.acknowledge(node, head)?;
        }
        for key in changes {
            self.server.rest(1);
            let entry = Entry {
                revoked: true,
                ..self.server.outside.entry.clone()
            };
            self.server.put(key, &entry);
        }
        self.applied = head;
        self.server.index.set_rev(head);
        Ok(head)
    }

    fn extend(&mut self, until: Duration) -> Result<()> {
        let until = match self.server.broken {
            Some(Broken::LeaseFromTheAnswerOn) => self.server.clock.now() + LEASE,
            _ => until,
        };
        self.server.index.lease().extend(until);
        Ok(())
    }

    fn acknowledge(&mut self, node: NodeId, applied: i64) -> Result<()> {
        self.ask(|database| database.acknowledge(node, applied))
    }

    fn list(&mut self) -> Result<Vec<NodeLease>> {
        self.ask(|database| database.list())
    }

    fn evict(&mut self, node: NodeId, beat: i64) -> Result<()> {
        let beat = (!self.is_broken(Broken::EvictionWithoutLooking)).then_some(beat);
        self.ask(|database| database.evict(node, beat))
    }
}
