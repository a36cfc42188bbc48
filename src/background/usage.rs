//! Writes collected usage to the database, apart from the requests that caused it.

use std::sync::Arc;

use super::observed_callers;
use super::usage_journal::Journal;
use crate::db::request_records::NewRecord;
use crate::db::usage::{Used, minute_of};
use crate::db::usage_gaps::{CRASH, FULL, Gap};
use crate::db::{self, Db};
use crate::domain::id::GapId;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::verify::records::{Record, Ring};
use crate::verify::table::Shared;
use crate::verify::{Entry, Index};

/// Keys written in one transaction, so that changes by people never wait long.
const KEYS: usize = 5_000;
/// Records written in one transaction.
const ROWS: usize = 2_000;
/// Longest time that one gap tells of while more and more is dropped, in microseconds.
const LONGEST_GAP: i64 = 60_000_000;

/// Keys that are written into their minute each second. When more are in use, their counts take the way through the
/// journal: it is a twentieth of the work, and pages show them some seconds later.
const FEW: usize = 1_000;

/// Counts as they were collected.
type Counts = Vec<(Shared<Entry>, Tally)>;

/// What a transaction writes of counts.
#[derive(Debug)]
enum Step {
    /// These into their minute.
    Write(Counts),
    /// These into the journal, as of an instant and a minute.
    Append(Counts, i64, i64),
    /// The first so many keys of the journal into their minute.
    Move(usize),
}

/// The one that writes a server's usage. It holds what could not be written yet: at most as many records as the ring,
/// one batch of counts, and one gap.
#[derive(Debug)]
pub struct UsageWriter {
    node: String,
    index: Arc<Index>,
    taken: Vec<Record>,
    /// The newest gap. It grows while more is dropped, so that a busy hour is not thousands of gaps.
    gap: Option<Gap>,
    gap_is_written: bool,
    /// Dropped requests that a gap tells of already.
    told: u64,
    /// When nothing was known to be dropped yet.
    checked_at: i64,
    journal: Journal,
    /// Number of the last transaction with counts.
    batch: i64,
    /// That transaction, while its outcome is not known.
    unsure: Option<Step>,
}

impl UsageWriter {
    /// A writer for the server `node`. Tells of a gap when the server's last run did not end in order.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn start(db: &Db, node: String, index: Arc<Index>, now: Timestamp) -> Result<Self> {
        let micros = now.timestamp_micros();
        let journal = db.write(|conn| {
            if let Some(written_at) = db::usage_nodes::start(conn, &node, micros)? {
                let gap = Gap {
                    id: GapId::new().to_string(),
                    node_id: node.clone(),
                    cause: CRASH.into(),
                    from_at: written_at.min(micros),
                    to_at: micros,
                    dropped: None,
                };
                db::usage_gaps::put(conn, gap)?;
            }
            Journal::load(conn, &node)
        })?;
        Ok(Self {
            node,
            index,
            taken: Vec::new(),
            gap: None,
            gap_is_written: true,
            told: 0,
            checked_at: micros,
            journal,
            batch: 0,
            unsure: None,
        })
    }

    /// Writes what was counted and recorded since the last call.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; what was not written waits for the next call, within its bounds.
    pub fn flush(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        self.note_gap(now.timestamp_micros());
        self.settle(db)?;
        let minute = minute_of(now);
        self.empty_journal(db, now, |journal| {
            journal.is_due(now.timestamp_micros(), minute)
        })?;
        self.write_counts(db, now)?;
        observed_callers::flush(db, &self.index)?;
        self.write_records(db, now)?;
        if let Some(gap) = self.gap.clone().filter(|_| !self.gap_is_written) {
            db.write(|conn| db::usage_gaps::put(conn, gap))?;
            self.gap_is_written = true;
        }
        Ok(())
    }

    /// Writes the last usage and notes that this server ends in order.
    ///
    /// # Errors
    /// As [`UsageWriter::flush`].
    pub fn stop(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        self.flush(db, now)?;
        self.empty_journal(db, now, |journal| !journal.is_empty())?;
        db.write(|conn| db::usage_nodes::stop(conn, &self.node, now.timestamp_micros()))
    }

    /// What was dropped since the last look joins the newest gap, or begins one.
    fn note_gap(&mut self, now: i64) {
        if let Some(ring) = self.index.usage().ring() {
            ring.refill(now - self.checked_at);
        }
        let dropped = self.index.usage().ring().map_or(0, Ring::dropped);
        let more = i64::try_from(dropped - self.told).unwrap_or(i64::MAX);
        if more > 0 {
            let before = self.gap.take().filter(|gap| {
                let is_young = now - gap.from_at < LONGEST_GAP;
                !self.gap_is_written || (is_young && gap.to_at == self.checked_at)
            });
            let mut gap = before.unwrap_or_else(|| Gap {
                id: GapId::new().to_string(),
                node_id: self.node.clone(),
                cause: FULL.into(),
                from_at: self.checked_at.min(now),
                to_at: now,
                dropped: Some(0),
            });
            gap.to_at = now;
            gap.dropped = gap.dropped.map(|before| before.saturating_add(more));
            self.gap = Some(gap);
            self.gap_is_written = false;
        }
        self.told = dropped;
        self.checked_at = now;
    }

    /// Finds out whether the last transaction with counts is stored, when its commit did not tell.
    fn settle(&mut self, db: &Db) -> Result<()> {
        if self.unsure.is_none() {
            return Ok(());
        }
        let stored = db.write(|conn| db::usage_nodes::last_batch(conn, &self.node))?;
        if let Some(step) = self.unsure.take() {
            self.done(step, stored == self.batch);
        }
        Ok(())
    }

    /// Writes the counts of the keys that wait now. Those that are used meanwhile wait for the next turn: under load
    /// this would never end.
    fn write_counts(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        let index = Arc::clone(&self.index);
        let mut waiting = index.usage().waiting();
        let is_busy = waiting > FEW;
        while waiting > 0 {
            let mut counts = index.usage().collect(KEYS.min(waiting));
            if counts.is_empty() {
                break;
            }
            waiting -= counts.len();
            counts.retain(|(_, tally)| !tally.is_empty());
            // One order everywhere, so that two nodes that write the same keys can't deadlock.
            counts.sort_by_key(|(entry, _)| entry.key_id);
            // A key that was used while it was collected, or by two secrets, comes twice; one statement takes it once.
            counts.dedup_by(|(later, tally), (earlier, kept)| {
                let same = later.key_id == earlier.key_id;
                if same {
                    kept.add(tally);
                }
                same
            });
            let step = if is_busy {
                Step::Append(counts, now.timestamp_micros(), minute_of(now))
            } else {
                Step::Write(counts)
            };
            self.take(step, db, now)?;
        }
        Ok(())
    }

    /// Writes what is in the journal into its minute while `is_wanted`.
    fn empty_journal(
        &mut self,
        db: &Db,
        now: Timestamp,
        is_wanted: impl Fn(&Journal) -> bool,
    ) -> Result<()> {
        while is_wanted(&self.journal) {
            self.take(Step::Move(KEYS), db, now)?;
        }
        Ok(())
    }

    /// Takes a step in a transaction of its own.
    fn take(&mut self, step: Step, db: &Db, now: Timestamp) -> Result<()> {
        self.batch += 1;
        let (node, batch, journal) = (self.node.as_str(), self.batch, &self.journal);
        let written = db.write(|conn| {
            match &step {
                Step::Write(counts) => {
                    // A minute that is folded already would be lost for its hour and day.
                    let start = minute_of(now).max(db::usage::folded_to(conn)?);
                    let rows: Vec<Used> = counts
                        .iter()
                        .map(|(entry, tally)| Used::in_minute(entry.key_id, start, *tally))
                        .collect();
                    db::usage::add(conn, &rows)?;
                }
                Step::Append(counts, _, minute) => {
                    let counts = counts.iter().map(|(entry, tally)| (entry.key_id, tally));
                    journal.append(conn, node, batch, *minute, counts)?;
                }
                Step::Move(most) => journal.move_some(conn, node, batch, *most)?,
            }
            db::usage_nodes::set_batch(conn, node, batch)?;
            db::usage_nodes::flushed(conn, node, now.timestamp_micros())
        });
        match &written {
            Err(Error::OutcomeUnknown(_)) => self.unsure = Some(step),
            outcome => self.done(step, outcome.is_ok()),
        }
        written
    }

    /// Follows a step whose outcome is known.
    fn done(&mut self, step: Step, stored: bool) {
        match step {
            Step::Append(counts, now, minute) if stored => {
                let counts = counts.iter().map(|(entry, tally)| (entry.key_id, tally));
                self.journal.appended(now, minute, counts);
            }
            Step::Move(most) if stored => self.journal.moved(most),
            Step::Write(counts) | Step::Append(counts, ..) if !stored => {
                for (entry, tally) in counts {
                    self.index.usage().put_back(entry, &tally);
                }
            }
            Step::Write(_) | Step::Append(..) | Step::Move(_) => {}
        }
    }

    /// Empties the ring into the database. What is taken out and not written is kept, and taken up first next time.
    fn write_records(&mut self, db: &Db, now: Timestamp) -> Result<()> {
        let index = Arc::clone(&self.index);
        let Some(ring) = index.usage().ring() else {
            return Ok(());
        };
        let mut waiting = self.taken.len() + ring.depth();
        while waiting > 0 {
            while self.taken.len() < ROWS {
                let Some(record) = ring.pop() else { break };
                self.taken.push(record);
            }
            if self.taken.is_empty() {
                break;
            }
            let rows: Vec<NewRecord> = self.taken.iter().map(row_of_record).collect();
            // Writing them twice changes nothing, so an unknown outcome is tried again like any failure.
            db.write(|conn| {
                db::request_records::insert(conn, &rows)?;
                db::usage_nodes::flushed(conn, &self.node, now.timestamp_micros())
            })?;
            waiting = waiting.saturating_sub(rows.len());
            self.taken.clear();
        }
        Ok(())
    }
}

/// Writes how often verifiers asked, and when last, as far as that is new.
///
/// # Errors
/// `Unavailable` when the database is away; what was not written stays in memory for the next call.
pub fn flush_verifiers(db: &Db, index: &Index, now: Timestamp) -> Result<()> {
    let mut asked = index.verifiers().collect();
    if asked.verifiers.is_empty() {
        return Ok(());
    }
    // One order everywhere, so that two nodes can't deadlock.
    asked.verifiers.sort_by_key(|(verifier, ..)| verifier.id);
    asked.old.sort_by_key(|(old, _)| old.id);
    let written = db.write(|conn| {
        for (verifier, last, times) in &asked.verifiers {
            if let Some(last) = last {
                db::verifiers::set_last_used(conn, verifier.id, *last)?;
            }
            db::verifier_usage::add(conn, verifier.id, last.unwrap_or(now), *times)?;
        }
        asked
            .old
            .iter()
            .try_for_each(|(old, last)| db::verifier_rotations::set_last_used(conn, old.id, *last))
    });
    if let Err(error) = &written {
        asked.put_back(!matches!(error, Error::OutcomeUnknown(_)));
    }
    written
}

fn row_of_record(record: &Record) -> NewRecord {
    NewRecord {
        id: record.id.to_string(),
        tenant_id: record.tenant_id.to_string(),
        key_id: record.key_id.to_string(),
        at: record.at.timestamp_micros(),
        code: record.code.as_str().into(),
        method: harmless(&record.method),
        path: harmless(&record.path),
        scope: record.scope.as_deref().unwrap_or_default().into(),
        address: record
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        user_agent: harmless(&record.user_agent),
        rev: record.rev,
        last4: record
            .last4
            .map(|last4| String::from_utf8_lossy(&last4).into_owned())
            .unwrap_or_default(),
    }
}

/// Clients write these texts: no control characters.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}
