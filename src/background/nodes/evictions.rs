//! Servers that are gone without a word: whoever waits for all must not wait for these each time.

use std::collections::HashMap;
use std::time::Duration;

use super::lapse;
use crate::db::node_leases::NodeLease;
use crate::domain::id::NodeId;

/// Since when each server was seen with the same beat, by this server's own clock.
#[derive(Debug, Clone, Default)]
pub struct Silences(HashMap<NodeId, (i64, Duration)>);

impl Silences {
    /// Takes over what was read, and names the servers that have been silent for so long that their leases have run out, with
    /// the beat of each. `read` is a moment after they were read.
    pub fn look(&mut self, nodes: &[NodeLease], read: Duration) -> Vec<(NodeId, i64)> {
        let mut silent = Vec::new();
        let mut seen = HashMap::new();
        for node in nodes {
            let since = match self.0.get(&node.node_id) {
                Some(&(beat, since)) if beat == node.beat => since,
                _ => read,
            };
            seen.insert(node.node_id, (node.beat, since));
            if read.saturating_sub(since) >= lapse(node.lease()) {
                silent.push((node.node_id, node.beat));
            }
        }
        self.0 = seen;
        silent
    }
}
