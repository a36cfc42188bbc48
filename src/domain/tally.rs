//! Answers about keys, counted by verdict.

use super::verdict::Code;

/// A number for each verdict about known keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([i64; Code::OF_KEYS.len()]);

impl Counts {
    /// The counts that `count` tells for each verdict.
    ///
    /// # Errors
    /// Those of `count`.
    pub fn read<E>(mut count: impl FnMut(Code) -> Result<i64, E>) -> Result<Self, E> {
        let mut counts = Self::default();
        for code in Code::OF_KEYS {
            counts.add(code, count(code)?);
        }
        Ok(counts)
    }

    /// The number of a verdict; 0 for those that are never about a known key.
    pub fn of(&self, code: Code) -> i64 {
        self.0.get(code.index()).copied().unwrap_or_default()
    }

    /// Adds to the number of a verdict about a known key.
    pub fn add(&mut self, code: Code, more: i64) {
        if let Some(count) = self.0.get_mut(code.index()) {
            *count = count.saturating_add(more);
        }
    }

    /// Adds each number of others.
    pub fn add_all(&mut self, others: &Self) {
        for (code, more) in others.list() {
            self.add(code, more);
        }
    }

    /// Each verdict with its number, in the order of [`Code::OF_KEYS`].
    pub fn list(&self) -> impl Iterator<Item = (Code, i64)> {
        Code::OF_KEYS.into_iter().zip(self.0)
    }

    /// The numbers alone, in the order of [`Code::OF_KEYS`].
    pub fn numbers(&self) -> &[i64] {
        &self.0
    }

    /// The same verdicts with other numbers.
    pub fn map(&self, number: impl Fn(i64) -> i64) -> Self {
        Self(self.0.map(number))
    }

    /// Answers that accepted.
    pub fn accepted(&self) -> i64 {
        self.of(Code::Valid)
    }

    /// Answers that refused.
    pub fn refused(&self) -> i64 {
        self.all() - self.accepted()
    }

    /// All answers.
    pub fn all(&self) -> i64 {
        self.0.iter().sum()
    }
}

/// What was counted of one key over some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answers by verdict.
    pub counts: Counts,
    /// When it was last accepted, in microseconds since 1970; 0: not in that time.
    pub last_accepted: i64,
}

impl Tally {
    /// True when nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what was counted of the same key at another time, or by another secret.
    pub fn add(&mut self, other: &Self) {
        self.counts.add_all(&other.counts);
        self.last_accepted = self.last_accepted.max(other.last_accepted);
    }
}
