//! What changed in a list, as the audit log keeps it: what came and what went, and by what the whole list is known again.
//! Lists are long, and a row that kept two of them would let whoever changes them to and fro fill the disk.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::numbers::grouped;
use super::random::hex;

/// Most entries that are named; of the others there is the number.
const NAMED: usize = 100;

/// A change of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChange {
    /// What came, or the first of it.
    pub added: Vec<String>,
    /// What went, or the first of it.
    pub removed: Vec<String>,
    /// How many came.
    pub added_count: usize,
    /// How many went.
    pub removed_count: usize,
    /// How many there are now.
    pub count: usize,
    /// SHA-256 of what there is now, an entry a line, in hexadecimal digits.
    pub sha256: String,
}

impl ListChange {
    /// From one list to the other.
    pub fn between(before: &[String], after: &[String]) -> Self {
        let missing = |from: &[String], of: &[String]| -> Vec<String> {
            let known: HashSet<&String> = from.iter().collect();
            let new = of.iter().filter(|entry| !known.contains(entry));
            new.cloned().collect()
        };
        let (mut added, mut removed) = (missing(before, after), missing(after, before));
        let (added_count, removed_count) = (added.len(), removed.len());
        // Each side has half of the room, and what the other leaves over.
        removed.truncate((NAMED / 2).max(NAMED.saturating_sub(added_count)));
        added.truncate(NAMED - removed.len());
        Self {
            added,
            removed,
            added_count,
            removed_count,
            count: after.len(),
            sha256: hex(&Sha256::digest(after.join("\n"))),
        }
    }

    /// The one that a row keeps; `None` for what is none, such as the whole list that old rows keep.
    pub fn read(kept: &Value) -> Option<Self> {
        kept.as_object()?;
        serde_json::from_value(kept.clone()).ok()
    }

    /// As a row keeps it.
    pub fn kept(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// True when there was nothing, and is nothing.
    pub fn is_of_nothing(&self) -> bool {
        self.count == 0 && self.removed_count == 0
    }

    /// How many there were before.
    pub fn count_before(&self) -> usize {
        (self.count + self.removed_count).saturating_sub(self.added_count)
    }

    /// "added 10.0.0.0/8 and 120 more; removed 10.1.0.0/16; 140 in all".
    pub fn in_words(&self) -> String {
        let sides = [
            ("added", &self.added, self.added_count),
            ("removed", &self.removed, self.removed_count),
        ];
        let told =
            sides
                .into_iter()
                .filter(|(_, _, count)| *count > 0)
                .map(|(did, named, count)| {
                    let names = named.join(", ");
                    match count.saturating_sub(named.len()) {
                        0 => format!("{did} {names}"),
                        more => format!("{did} {names} and {} more", number(more)),
                    }
                });
        let mut parts: Vec<String> = told.collect();
        parts.push(format!("{} in all", number(self.count)));
        parts.join("; ")
    }
}

/// "1,000".
pub fn number(count: usize) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}
