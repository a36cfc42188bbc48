//! The latest answers about texts that are not a known key, so that such a refusal can be explained by its request id.
//!
//! They are only kept in memory: a flood of made-up keys must never cause writes to the database.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::domain::request_id::RequestId;
use crate::domain::verdict::Code;

/// Answers that are remembered.
const KEPT: usize = 4_096;

/// The latest answers; a new one takes the place of the oldest. Each is a single word made of the request's number and
/// the verdict, so that nobody reads half of one.
#[derive(Debug)]
pub struct Strangers {
    words: Box<[AtomicU64]>,
    next: AtomicUsize,
}

impl Default for Strangers {
    fn default() -> Self {
        Self {
            words: (0..KEPT).map(|_| AtomicU64::new(0)).collect(),
            next: AtomicUsize::new(0),
        }
    }
}

impl Strangers {
    /// Remembers an answer.
    pub fn add(&self, id: RequestId, code: Code) {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % KEPT;
        let word = id.number() << 8 | code.index() as u64;
        self.words[place].store(word, Ordering::Relaxed);
    }

    /// The answer to a request of this process, if it is remembered.
    pub fn find(&self, id: RequestId) -> Option<Code> {
        if !id.is_of_this_process() {
            return None;
        }
        let word = self
            .words
            .iter()
            .map(|word| word.load(Ordering::Relaxed))
            .find(|word| word >> 8 == id.number())?;
        let place = usize::try_from(word & 0xFF).ok()?;
        Code::ALL.get(place).copied()
    }
}
