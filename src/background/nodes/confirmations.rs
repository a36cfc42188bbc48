//! How long a change is waited for: until every server has applied it, or its lease has run out.

use std::collections::HashSet;
use std::time::Duration;

use super::{LONGEST_LEASE, lapse};
use crate::db::node_leases::NodeLease;
use crate::domain::id::NodeId;

/// How long a change that stops nothing is waited for: it works at most servers at once, and at all of them soon.
const SOFT: Duration = Duration::from_secs(1);

/// The servers as they were read.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// All of them.
    pub nodes: Vec<NodeLease>,
    /// When their reading began, by the clock of who read them.
    pub begun: Duration,
}

/// A change that is committed and waits.
#[derive(Debug)]
pub struct Wait {
    rev: i64,
    committed: Duration,
    stops: bool,
    /// The servers that may answer by what was true before; `None` until they were read after the commit.
    for_nodes: Option<Vec<NodeLease>>,
    confirmed: HashSet<NodeId>,
    lasts: bool,
}

/// How a wait stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Servers that had to apply the change; 0 when they could not be read.
    pub nodes: usize,
    /// Those of them that did.
    pub confirmed: usize,
    /// Names of those that did not yet, and may still answer.
    pub missing: Vec<String>,
}

impl Wait {
    /// Of a change that committed before `committed`, a moment of this server's clock; `stops` tells whether a key could do
    /// less after it than before.
    pub fn new(rev: i64, committed: Duration, stops: bool) -> Self {
        Self {
            rev,
            committed,
            stops,
            for_nodes: None,
            confirmed: HashSet::new(),
            lasts: false,
        }
    }

    /// Has it last until every lease has run out, whatever the rows say: some may be missing.
    pub fn last(&mut self) {
        self.lasts = self.stops;
    }

    /// True when the rows are not enough.
    pub fn lasts(&self) -> bool {
        self.lasts
    }

    /// Takes over what is known of the servers, and tells how it stands; `None` while they were not read since the commit.
    pub fn look(&mut self, seen: &Seen) -> Option<Standing> {
        if seen.begun < self.committed {
            return None;
        }
        let for_nodes = self.for_nodes.get_or_insert_with(|| seen.nodes.clone());
        let mut missing = Vec::new();
        for node in for_nodes.iter() {
            let mut now = seen.nodes.iter();
            // One that is gone has stopped answering, in order or because its lease ran out; one that came since knows.
            match now.find(|now| now.node_id == node.node_id) {
                Some(now) if now.applied_rev >= self.rev => {
                    self.confirmed.insert(node.node_id);
                }
                Some(now) => missing.push(now.name.clone()),
                None => {}
            }
        }
        Some(Standing {
            nodes: for_nodes.len(),
            confirmed: self.confirmed.len(),
            missing,
        })
    }

    /// When it is over in any case.
    pub fn ends(&self) -> Duration {
        if !self.stops {
            return self.committed + SOFT;
        }
        let known = self.for_nodes.as_ref().filter(|_| !self.lasts);
        let leases = known.map(|nodes| {
            let leases = nodes.iter().map(NodeLease::lease);
            leases.max().unwrap_or_default()
        });
        self.committed + lapse(leases.unwrap_or(LONGEST_LEASE))
    }

    /// The change.
    pub fn rev(&self) -> i64 {
        self.rev
    }

    /// When the change was committed.
    pub fn committed(&self) -> Duration {
        self.committed
    }
}
