//! Where in the history of changes the index stands, and whether what the database says goes on from there.
//!
//! A number alone tells little: a database that was put back to an older copy, or a standby that was promoted without the
//! last changes, gives the same numbers to other changes. Entry ids are drawn anew for each change and each change names
//! the one before it, so a log that goes on from the very change that was applied last has the whole history before it in
//! common with the index.

use std::collections::VecDeque;

use crate::db::change_log::{Change, Position};

/// Applied changes that are remembered for who waits for theirs: some times more than are applied at once.
pub const REMEMBERED: u16 = 16_384;

/// The changes that were applied last, without gaps.
#[derive(Debug)]
pub struct History {
    at: Position,
    /// Ends with `at`.
    recent: VecDeque<Position>,
}

impl History {
    /// An index loaded at this change; `recent` are those before it, oldest first, and perhaps itself.
    pub fn new(at: Position, recent: Vec<Position>) -> Self {
        let mut recent: VecDeque<Position> = recent.into();
        recent.retain(|position| position.rev < at.rev);
        recent.push_back(at);
        Self { at, recent }
    }

    /// The change that was applied last.
    pub fn at(&self) -> Position {
        self.at
    }

    /// True when this very change was applied.
    pub fn has(&self, position: Position) -> bool {
        let place = self
            .recent
            .binary_search_by_key(&position.rev, |known| known.rev);
        place.is_ok_and(|place| self.recent[place] == position)
    }

    /// Notes the next change as applied.
    pub fn push(&mut self, position: Position) {
        self.at = position;
        self.recent.push_back(position);
        if self.recent.len() > usize::from(REMEMBERED) {
            self.recent.pop_front();
        }
    }
}

/// Why an index that stands `at` can't follow a database with this head; `None` when it can, as far as that tells.
pub fn broken_by_head(at: Position, head: Position) -> Option<String> {
    if head.rev < at.rev {
        return Some(format!(
            "the database is at change {}, and change {} was applied here",
            head.rev, at.rev
        ));
    }
    (head.rev == at.rev && head.entry != at.entry).then(|| another(at.rev))
}

/// Why these changes do not lead from `at` to `head`, or beyond; `None` when they do, or may with those that follow.
pub fn broken_by_changes(at: Position, head: Position, changes: &[Change]) -> Option<String> {
    let missing = |rev: i64| format!("change {rev} is missing in the log");
    if changes.is_empty() && at.rev < head.rev {
        return Some(missing(at.rev + 1));
    }
    let mut last = at;
    for change in changes {
        let position = change.position;
        if position.rev != last.rev + 1 {
            return Some(missing(last.rev + 1));
        }
        if change.parent != last.entry {
            return Some(another(last.rev));
        }
        if position.rev == head.rev && position.entry != head.entry {
            return Some(another(head.rev));
        }
        last = position;
    }
    None
}

fn another(rev: i64) -> String {
    format!(
        "change {rev} of the database is another one than the change {rev} that was applied here"
    )
}
