//! Counts on their way through the journal: a row a second for all keys, where their minutes would take a row a key.

use std::collections::BTreeMap;

use crate::db::usage::Used;
use crate::db::{self, Conn, Db, usage_journal};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;

/// Longest time that counts stay in the journal, in microseconds: pages do not show them before.
const LONGEST: i64 = 10_000_000;
/// Most keys with counts in the journal.
const MOST: usize = 50_000;
/// A server that wrote nothing for so long, in microseconds, is not coming back for what it left in the journal.
const SILENT: i64 = 3_600_000_000;

/// What a server has in the journal, as it remembers it.
#[derive(Debug, Default)]
pub struct Journal {
    tallies: BTreeMap<KeyId, Tally>,
    /// The minute in which they were collected.
    start: i64,
    /// When the oldest of them came, in microseconds since 1970.
    since: i64,
    batches: i64,
}

impl Journal {
    /// What the server's last run left.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn load(conn: &mut Conn, node: &str) -> Result<Self> {
        let mut journal = Self::default();
        for batch in usage_journal::list(conn, node)? {
            journal.start = journal.start.max(batch.start);
            journal.batches += 1;
            if !batch.is_whole {
                // Left out, since nobody could ever read it.
                let batch = batch.number;
                tracing::error!(node, batch, "a batch of the usage journal can't be read");
            }
            journal.add(batch.tallies.iter().map(|(key, tally)| (*key, tally)));
        }
        Ok(journal)
    }

    /// True when nothing is in it, not even a batch that can't be read.
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.batches == 0
    }

    /// True when it is time to write the minutes.
    pub fn is_due(&self, now: i64, minute: i64) -> bool {
        let is_old = self.start != minute || now - self.since >= LONGEST;
        !self.is_empty() && (is_old || self.tallies.len() > MOST)
    }

    /// Appends counts of `minute`, in the writer's transaction. [`Journal::appended`] follows once they are stored.
    ///
    /// # Errors
    /// As the database reports them.
    pub fn append<'a>(
        &self,
        conn: &mut Conn,
        node: &str,
        batch: i64,
        minute: i64,
        tallies: impl Iterator<Item = (KeyId, &'a Tally)>,
    ) -> Result<()> {
        usage_journal::append(conn, node, batch, minute, tallies)
    }

    /// Counts of `minute` are in the journal now.
    pub fn appended<'a>(
        &mut self,
        now: i64,
        minute: i64,
        tallies: impl Iterator<Item = (KeyId, &'a Tally)>,
    ) {
        if self.is_empty() {
            (self.start, self.since) = (minute, now);
        }
        self.batches += 1;
        self.add(tallies);
    }

    /// Writes the first `most` keys into their minute and leaves the rest in the journal, in the writer's transaction.
    /// [`Journal::moved`] follows once that is stored.
    ///
    /// # Errors
    /// As the database reports them.
    pub fn move_some(&self, conn: &mut Conn, node: &str, batch: i64, most: usize) -> Result<()> {
        if usage_journal::count(conn, node)? != self.batches {
            // Somebody took this server for gone and has written them.
            return Ok(());
        }
        let start = self.start.max(db::usage::folded_to(conn)?);
        let first = self.tallies.iter().take(most);
        let rows: Vec<Used> = first
            .map(|(key, tally)| Used::in_minute(*key, start, *tally))
            .collect();
        db::usage::add(conn, &rows)?;
        usage_journal::delete(conn, node)?;
        if self.tallies.len() > most {
            let rest = self.tallies.iter().skip(most);
            let rest = rest.map(|(key, tally)| (*key, tally));
            self.append(conn, node, batch, self.start, rest)?;
        }
        Ok(())
    }

    /// The first `most` keys are in their minute now.
    pub fn moved(&mut self, most: usize) {
        let rest = self.tallies.keys().nth(most).copied();
        self.tallies = rest.map_or_else(BTreeMap::new, |first| self.tallies.split_off(&first));
        self.batches = i64::from(!self.tallies.is_empty());
    }

    fn add<'a>(&mut self, tallies: impl Iterator<Item = (KeyId, &'a Tally)>) {
        for (key, tally) in tallies {
            self.tallies.entry(key).or_default().add(tally);
        }
    }
}

/// Writes what servers left in the journal that are not coming back.
///
/// # Errors
/// `Unavailable` when the database is away; the next call goes on.
pub fn take_over(db: &Db, now: Timestamp) -> Result<()> {
    let since = now.timestamp_micros() - SILENT;
    for node in db.read(|conn| usage_journal::list_silent(conn, since))? {
        db.write(|conn| {
            let left = Journal::load(conn, &node)?;
            tracing::info!(
                node,
                keys = left.tallies.len(),
                "writing usage that a lost server left"
            );
            left.move_some(conn, &node, 0, usize::MAX)
        })?;
    }
    Ok(())
}
