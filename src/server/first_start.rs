//! Whether a place is as new as its empty database says. Of a copy without its database, or of one whose database was lost,
//! a new installation would be made otherwise, with no key in it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use super::data_dir;
use crate::config::Config;

/// What the lock of the set-up holds while a first start is not done: it may have been cut off, and goes on the next time.
const UNFINISHED: &[u8] = b"unfinished\n";

/// The set-up of a data directory; other processes wait until it is dropped.
pub struct FirstStart<'a> {
    config: &'a Config,
    lock: File,
}

impl<'a> FirstStart<'a> {
    /// Waits for the others.
    ///
    /// # Errors
    /// One line that names the path.
    pub fn wait(config: &'a Config) -> Result<Self, String> {
        let lock = data_dir::wait_for_setup(&config.data_dir)?;
        Ok(Self { config, lock })
    }

    /// Refuses to begin a new database where there was one, and notes that one is begun.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn begin(&mut self) -> Result<(), String> {
        let mut noted = Vec::new();
        let read = (&self.lock).read_to_end(&mut noted);
        read.map_err(|cause| self.failed(&cause))?;
        if noted == UNFINISHED {
            return Ok(());
        }
        if let Some(left) = self.left_over() {
            let database = match self.config.database.file() {
                Some(file) => format!("the database {} is empty", file.display()),
                None => "the PostgreSQL database is empty".to_owned(),
            };
            return Err(format!(
                "{database}, but {} is here from the one before: put that back (of SQLite together with its -wal file), or \
                 begin anew with another data directory",
                left.display()
            ));
        }
        let written = (&self.lock).write_all(UNFINISHED);
        written.map_err(|cause| self.failed(&cause))
    }

    /// Notes that it is done.
    ///
    /// # Errors
    /// One line that names the path.
    pub fn finish(self) -> Result<(), String> {
        self.lock.set_len(0).map_err(|cause| self.failed(&cause))
    }

    /// What nobody has before the first start. Secrets that lie elsewhere may have been put there for it.
    fn left_over(&self) -> Option<PathBuf> {
        let config = self.config;
        let names = [
            Some("node-id"),
            config.pepper_file.is_none().then_some("pepper"),
            config.master_key_file.is_none().then_some("master-key"),
        ];
        let mut files = names
            .into_iter()
            .flatten()
            .map(|name| config.data_dir.join(name));
        files.find(|file| file.exists())
    }

    fn failed(&self, cause: &std::io::Error) -> String {
        let directory = self.config.data_dir.display();
        format!("can't note the first start in {directory}: {cause}")
    }
}
