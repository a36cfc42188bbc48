//! The data directory: private to its owner, and held by one server at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::db::connection::Source;

/// Makes the directory with mode 0700 unless it exists.
///
/// # Errors
/// One line that names the path.
pub fn create(path: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|cause| format!("can't make the data directory {}: {cause}", path.display()))
}

/// The locks of a running server: on its data directory, and on its SQLite file wherever that is. They end with the
/// process, however that ends.
pub struct DataDir {
    path: PathBuf,
    _locks: Vec<File>,
}

impl DataDir {
    /// Takes the locks.
    ///
    /// # Errors
    /// One line when another server holds one.
    pub fn hold(path: &Path, database: &Source) -> Result<Self, String> {
        let mut locks = vec![lock(&path.join("keystead.lock"), path)?];
        if let Some(file) = database.file() {
            let mut beside = file.as_os_str().to_owned();
            beside.push(".lock");
            locks.push(lock(Path::new(&beside), file)?);
        }
        Ok(Self {
            path: path.to_owned(),
            _locks: locks,
        })
    }

    /// Where the control socket is.
    pub fn socket(&self) -> PathBuf {
        socket(&self.path)
    }
}

fn lock(file: &Path, guarded: &Path) -> Result<File, String> {
    let shown = file.display();
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(file)
        .map_err(|cause| format!("can't open {shown}: {cause}"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another Keystead server uses {}; stop it first",
            guarded.display()
        )),
        Err(TryLockError::Error(cause)) => Err(format!("can't lock {shown}: {cause}")),
    }
}

/// The control socket of a data directory.
pub fn socket(path: &Path) -> PathBuf {
    path.join("control.sock")
}

/// Removes a socket that an ended server left behind.
///
/// # Errors
/// As the file system reports them.
pub fn clear_socket(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}
