//! The files of a database that is a file: whether those that connections have open are still the ones at their path.
//!
//! Who puts an older copy in place of a file that is in use leaves every connection with the old one: what is written
//! there is gone with the process. So this is looked at before each use, and after each commit.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::domain::{Error, Result};

/// What lies beside the file while somebody has it open: changes that are not in the file yet, and their index.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Device and number of a file: no other file has them as long as this one is open.
type Identity = (u64, u64);

/// Size of a file, and when it was written to last, in seconds and nanoseconds.
pub type Stamp = (u64, i64, i64);

/// How the files at the paths compare with those that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They are the same.
    InPlace,
    /// Another database lies there.
    Replaced,
    /// There is none.
    Gone,
    /// The database is the same, and what lay beside it is not.
    Torn,
}

/// The files that connections have open.
#[derive(Debug)]
pub struct Files {
    /// As it was given, with links in it.
    path: PathBuf,
    main: Identity,
    beside: Vec<(PathBuf, Identity)>,
}

impl Files {
    /// Those at this path, which a connection has just opened.
    ///
    /// # Errors
    /// `Unavailable` when they are not there any more.
    pub fn at(path: &Path) -> Result<Self> {
        let main = identity(path).ok_or_else(|| gone(path))?;
        // Links are followed, and the others lie beside the file itself.
        let real = path.canonicalize().map_err(|_| gone(path))?;
        let beside = BESIDE.map(|ending| {
            let mut name = real.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        });
        let beside = beside
            .into_iter()
            .filter_map(|path| identity(&path).map(|identity| (path, identity)))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            main,
            beside,
        })
    }

    /// True when the same database file is open in both.
    pub fn are_of(&self, other: &Self) -> bool {
        self.main == other.main
    }

    /// Size and time of the database file. Changes are written beside it first, and into it once in a while.
    pub fn stamp(&self) -> Option<Stamp> {
        let facts = fs::metadata(&self.path).ok()?;
        Some((facts.len(), facts.mtime(), facts.mtime_nsec()))
    }

    /// How what lies at their paths compares with them.
    pub fn standing(&self) -> Standing {
        match identity(&self.path) {
            None => Standing::Gone,
            Some(main) if main != self.main => Standing::Replaced,
            Some(_) => {
                let same = |(path, known): &(PathBuf, Identity)| identity(path) == Some(*known);
                if self.beside.iter().all(same) {
                    Standing::InPlace
                } else {
                    Standing::Torn
                }
            }
        }
    }

    /// Refuses to go on where there is no database that could be used.
    ///
    /// # Errors
    /// `Unavailable` with what to do.
    pub fn must_be_usable(&self) -> Result<Standing> {
        match self.standing() {
            Standing::Gone => Err(gone(&self.path)),
            Standing::Torn => Err(Error::Unavailable(format!(
                "the files beside {} were removed or replaced while this server used them, and what was changed last is \
                 in them: put them back, or stop the server and restore a backup",
                self.path.display()
            ))),
            standing => Ok(standing),
        }
    }

    /// Puts aside what still lies beside a database that was replaced: it belongs to the one before, and would be read
    /// into the new one.
    ///
    /// # Errors
    /// `Unavailable` when a file can't be renamed.
    pub fn put_aside(&self) -> Result<()> {
        for (path, known) in &self.beside {
            if identity(path) != Some(*known) {
                continue;
            }
            let mut aside = path.clone().into_os_string();
            aside.push(".replaced");
            fs::rename(path, &aside).map_err(|cause| {
                let shown = path.display();
                Error::Unavailable(format!("can't put {shown} aside: {cause}"))
            })?;
        }
        Ok(())
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let facts = fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino()))
}

fn gone(path: &Path) -> Error {
    Error::Unavailable(format!(
        "the database {} is gone; put it back, or stop the server",
        path.display()
    ))
}
