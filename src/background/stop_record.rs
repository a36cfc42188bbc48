//! The record of changes that may have stopped something, in the data directory of a server. A copy of the database that is
//! put in place lacks the last of them: this file does not.
//!
//! A line is written before anybody is told that its change took effect, and is on the disk about a second later. Writing
//! never fails a change: what can't be written waits in memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::domain::stop::{Stop, last_of_each};
use crate::domain::time::Timestamp;

/// Its name in the data directory.
pub const NAME: &str = "stops.jsonl";
/// Days after which no copy that may come back is so old.
const DAYS: i64 = 400;
/// A shorter file is not compacted while a server runs.
const COMPACTED_FROM: u64 = 1024 * 1024;

/// The record of a running server.
pub struct StopRecord {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The file, open for appending.
    file: Option<File>,
    /// Lines that are not in the file yet.
    waiting: Vec<u8>,
    /// Bytes of the file, and how many there were when it was compacted last.
    size: u64,
    compacted: u64,
    /// There may be lines that are not on the disk yet.
    is_dirty: bool,
    is_failing: bool,
}

/// What a file tells: the changes, and how many lines were none.
type Told = (Vec<Stop>, usize);

/// Reads a record, also while a server writes it; `None` where there is none.
///
/// # Errors
/// One line that names the file.
pub fn read(path: &Path) -> Result<Option<Told>, String> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(told(&bytes))),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(format!("can't read {}: {cause}", path.display())),
    }
}

/// Of a line that was cut off nothing is known; it was never told to be done.
fn told(bytes: &[u8]) -> Told {
    let (mut stops, mut unread) = (Vec::new(), 0);
    for line in String::from_utf8_lossy(bytes).lines() {
        match Stop::parse(line) {
            Some(stop) => stops.push(stop),
            None if line.is_empty() => {}
            None => unread += 1,
        }
    }
    (stops, unread)
}

impl StopRecord {
    /// The record of a data directory. The file is made with its first line.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(NAME),
            state: Mutex::default(),
        }
    }

    /// All that is recorded.
    ///
    /// # Errors
    /// One line that names the file.
    pub fn stops(&self) -> Result<Vec<Stop>, String> {
        let state = self.lock();
        let (mut stops, _) = read(&self.path)?.unwrap_or_default();
        stops.extend(told(&state.waiting).0);
        Ok(stops)
    }

    /// Adds changes.
    pub fn append(&self, stops: &[Stop]) {
        let mut state = self.lock();
        for stop in stops {
            state.waiting.extend_from_slice(stop.line().as_bytes());
        }
        self.write(&mut state);
    }

    /// Has the disk take what was written, and makes a file that grew small again.
    pub fn settle(&self, now: Timestamp) {
        let mut state = self.lock();
        self.write(&mut state);
        let has_grown = state.size > COMPACTED_FROM.max(2 * state.compacted);
        let is_dirty = std::mem::take(&mut state.is_dirty);
        let file = state.file.as_ref().filter(|_| is_dirty);
        let file = file.map(File::try_clone);
        drop(state);
        if let Some(file) = file {
            // Without the lock: nobody's change waits for the disk.
            let done = file.and_then(|file| file.sync_data());
            let mut state = self.lock();
            state.is_dirty |= done.is_err();
            self.note(&mut state, &done);
        }
        if has_grown {
            self.compact(now);
        }
    }

    /// Keeps only the last of each thing, and nothing that is too old to come back.
    pub fn compact(&self, now: Timestamp) {
        let beside = self.path.with_extension("jsonl.new");
        let done = self.compact_to(&beside, now);
        let mut state = self.lock();
        let done = done.and_then(|read| {
            // What came while the rest was written.
            copy_from(read, &self.path, &beside)?;
            fs::rename(&beside, &self.path)?;
            self.open(&mut state)
        });
        if let Err(cause) = done {
            let file = self.path.display();
            tracing::warn!(%cause, %file, "the record of what is stopped stays as long as it is");
        }
        // Also then: it is tried again when it has doubled once more.
        state.compacted = state.size;
        state.is_dirty = true;
    }

    /// Writes what is kept to another file; gives how much of this one was looked at.
    fn compact_to(&self, beside: &Path, now: Timestamp) -> io::Result<u64> {
        let bytes = match fs::read(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Vec::new(),
            other => other?,
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        let oldest = now - TimeDelta::days(DAYS);
        let mut kept = last_of_each(told(&bytes[..whole]).0);
        kept.retain(|stop| stop.at >= oldest);
        let lines: String = kept.iter().map(Stop::line).collect();
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = options.open(beside)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        u64::try_from(whole).map_err(io::Error::other)
    }

    fn write(&self, state: &mut State) {
        if state.waiting.is_empty() {
            return;
        }
        let done = self.write_waiting(state);
        self.note(state, &done);
        if done.is_ok() {
            state.waiting.clear();
            state.is_dirty = true;
        } else {
            // It may have been written in part: the next line begins on a line of its own.
            state.file = None;
        }
    }

    fn write_waiting(&self, state: &mut State) -> io::Result<()> {
        if !self.is_in_place(state) {
            self.open(state)?;
        }
        if let Some(mut file) = state.file.as_ref() {
            file.write_all(&state.waiting)?;
            state.size += state.waiting.len() as u64;
        }
        Ok(())
    }

    /// False also when somebody took the file away: what is written to it would be lost.
    fn is_in_place(&self, state: &State) -> bool {
        let open = state.file.as_ref().and_then(|file| file.metadata().ok());
        let there = fs::metadata(&self.path).ok();
        let place = |facts: fs::Metadata| (facts.dev(), facts.ino());
        open.is_some() && open.map(place) == there.map(place)
    }

    /// Opens the file, and ends a line in it that was cut off.
    fn open(&self, state: &mut State) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true).mode(0o600);
        let mut file = options.open(&self.path)?;
        state.size = file.seek(SeekFrom::End(0))?;
        if state.size > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
                state.size += 1;
            }
        }
        state.file = Some(file);
        Ok(())
    }

    /// Says when writing begins to fail and when that ends, not each time.
    fn note(&self, state: &mut State, done: &io::Result<()>) {
        let file = self.path.display();
        match done {
            Err(cause) if !state.is_failing => tracing::error!(
                %cause, %file,
                "what is stopped can't be written beside the database, so nobody will know of it if an older copy of the \
                 database is put in place; it goes on trying"
            ),
            Ok(()) if state.is_failing => {
                tracing::info!(%file, "what is stopped is written beside the database again");
            }
            _ => {}
        }
        state.is_failing = done.is_err();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Appends what a file has behind an offset to another one.
fn copy_from(offset: u64, from: &Path, to: &Path) -> io::Result<()> {
    let mut more = Vec::new();
    match File::open(from) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        file => {
            let mut file = file?;
            file.seek(SeekFrom::Start(offset))?;
            file.read_to_end(&mut more)?;
        }
    }
    OpenOptions::new().append(true).open(to)?.write_all(&more)
}
