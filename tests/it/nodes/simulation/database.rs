//! The database of a simulation: the log of changes, the rows of servers, and what a crash takes.

use std::collections::BTreeMap;
use std::time::Duration;

use keystead::db::node_leases::NodeLease;
use keystead::domain::id::NodeId;

/// What is in it.
#[derive(Default)]
pub struct Database {
    /// The keys that changes stopped, in their order: the revision of a change is its place, from 1.
    pub stopped: Vec<usize>,
    nodes: BTreeMap<NodeId, Row>,
    /// It answers nobody until then.
    pub away_until: Duration,
}

/// A row, and what of it is on disk.
struct Row {
    now: NodeLease,
    durable: NodeLease,
}

impl Database {
    /// Stops a key; gives the revision.
    pub fn stop(&mut self, key: usize) -> i64 {
        self.stopped.push(key);
        self.stopped.len() as i64
    }

    pub fn register(&mut self, row: NodeLease) {
        let durable = row.clone();
        self.nodes.insert(row.node_id, Row { now: row, durable });
    }

    pub fn renew(&mut self, node: NodeId, applied: i64) -> bool {
        let Some(row) = self.nodes.get_mut(&node) else {
            return false;
        };
        row.now.beat += 1;
        row.now.applied_rev = applied;
        row.durable = row.now.clone();
        true
    }

    pub fn acknowledge(&mut self, node: NodeId, applied: i64) {
        if let Some(row) = self.nodes.get_mut(&node) {
            row.now.applied_rev = applied;
        }
    }

    pub fn list(&self) -> Vec<NodeLease> {
        self.nodes.values().map(|row| row.now.clone()).collect()
    }

    pub fn evict(&mut self, node: NodeId, beat: Option<i64>) {
        let is_silent = |row: &Row| beat.is_none_or(|beat| row.now.beat == beat);
        if self.nodes.get(&node).is_some_and(is_silent) {
            self.nodes.remove(&node);
        }
    }

    /// What was not written durably is lost; an unlogged table is empty afterwards.
    pub fn crash(&mut self, is_unlogged: bool) {
        if is_unlogged {
            self.nodes.clear();
        }
        for row in self.nodes.values_mut() {
            row.now = row.durable.clone();
        }
    }
}
