//! The row that the run of this server before this one had among the others. Whoever has the data directory now knows that
//! that run has ended, so nobody needs to wait for its lease.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::domain::id::NodeId;

/// What a data directory says of the last run in it.
#[derive(Debug, Clone)]
pub struct LastRun {
    file: PathBuf,
    /// This start of this machine, and the very file that is locked; `None` where neither is known.
    place: Option<String>,
    before: Option<NodeId>,
}

impl LastRun {
    /// Reads it. `lock` is the file whose lock this process holds. A copy of the directory has another such file, and
    /// another machine, or the same one started anew, another place: there the last run may be one that still goes on.
    pub fn of(file: PathBuf, lock: &Path) -> Self {
        let place = place(lock);
        let before = fs::read_to_string(&file).ok().and_then(|text| {
            let (node, noted) = text.trim().split_once(' ')?;
            (Some(noted) == place.as_deref()).then(|| node.parse().ok())?
        });
        Self {
            file,
            place,
            before,
        }
    }

    /// Its row, if it has ended for certain.
    pub fn before(&self) -> Option<NodeId> {
        self.before
    }

    /// Notes the row of this run.
    ///
    /// # Errors
    /// As the file system reports them.
    pub fn note(&self, node: NodeId) -> std::io::Result<()> {
        let Some(place) = &self.place else {
            return Ok(());
        };
        let new = self.file.with_extension("new");
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = options.open(&new)?;
        file.write_all(format!("{node} {place}\n").as_bytes())?;
        fs::rename(&new, &self.file)
    }
}

fn place(lock: &Path) -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let locked = fs::metadata(lock).ok()?;
    let (device, number) = (locked.dev(), locked.ino());
    Some(format!("{} {device} {number}", boot.trim()))
}
