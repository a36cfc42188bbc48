//! The data directory: private to its owner, and held by one server at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::background::nodes::last_run::LastRun;
use crate::db::connection::Source;
use crate::domain::id::NodeId;

/// What a running server locks in it.
const LOCK: &str = "keystead.lock";

/// Makes the directory with mode 0700 unless it exists.
///
/// # Errors
/// One line that names the path, also when others can enter an existing one.
pub fn create(path: &Path) -> Result<(), String> {
    let shown = path.display();
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|cause| format!("can't make the data directory {shown}: {cause}"))?;
    let facts = fs::metadata(path).map_err(|cause| format!("can't read {shown}: {cause}"))?;
    if facts.mode() & 0o077 != 0 {
        return Err(format!(
            "others can enter the data directory {shown}; run: chmod 700 {shown}"
        ));
    }
    Ok(())
}

/// Refuses a place without a database: what was asked for is about one that is elsewhere.
///
/// # Errors
/// One line that says what to do.
pub fn must_be_begun(path: &Path, database: &Source) -> Result<(), String> {
    match database.file() {
        Some(file) if !file.exists() => Err(format!(
            "there is no database {} yet; give this command the settings of your server (--config, --data-dir or \
             KEYSTEAD_DATABASE_URL), or start the first server with `keystead serve`; the data directory here is {}",
            file.display(),
            path.display()
        )),
        _ => Ok(()),
    }
}

/// Makes a file that only its owner can read, unless it exists. SQLite gives its other files the same mode.
///
/// # Errors
/// One line that names the path, also when others can change an existing one: they could make keys.
pub fn create_private(file: &Path) -> Result<(), String> {
    let shown = file.display();
    let opened = open_private(file)?;
    let facts = opened.metadata();
    let facts = facts.map_err(|cause| format!("can't read {shown}: {cause}"))?;
    if facts.mode() & 0o022 != 0 {
        return Err(format!(
            "others can change the database {shown}; run: chmod 600 {shown}"
        ));
    }
    Ok(())
}

/// Waits until no other process sets up the directory; others wait until the file is dropped.
///
/// # Errors
/// One line that names the path.
pub fn wait_for_setup(path: &Path) -> Result<File, String> {
    let file = path.join("setup.lock");
    let lock = open_private(&file)?;
    lock.lock()
        .map_err(|cause| format!("can't lock {}: {cause}", file.display()))?;
    Ok(lock)
}

fn open_private(file: &Path) -> Result<File, String> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .map_err(|cause| format!("can't open {}: {cause}", file.display()))
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
        let mut locks = vec![lock(&path.join(LOCK), path)?];
        if let Some(file) = database.file() {
            // The file itself, whatever links lead to it.
            create_private(file)?;
            let real = file
                .canonicalize()
                .map_err(|cause| format!("can't find {}: {cause}", file.display()))?;
            let mut beside = real.into_os_string();
            beside.push(".lock");
            locks.push(lock(Path::new(&beside), file)?);
        }
        Ok(Self {
            path: path.to_owned(),
            _locks: locks,
        })
    }

    /// The id of the server of this directory, made at its first start. It tells its usage from other servers'.
    ///
    /// # Errors
    /// One line that names the file.
    pub fn node(&self) -> Result<String, String> {
        let file = self.path.join("node-id");
        let shown = file.display();
        if let Ok(text) = fs::read_to_string(&file)
            && let Ok(known) = text.trim().parse::<NodeId>()
        {
            return Ok(known.to_string());
        }
        let fresh = NodeId::new().to_string();
        open_private(&file)?
            .write_all(format!("{fresh}\n").as_bytes())
            .map_err(|cause| format!("can't write {shown}: {cause}"))?;
        Ok(fresh)
    }

    /// What is known of the run before this one.
    pub fn last_run(&self) -> LastRun {
        LastRun::of(self.path.join("last-run"), &self.path.join(LOCK))
    }

    /// Where the control socket is.
    pub fn socket(&self) -> PathBuf {
        socket(&self.path)
    }
}

fn lock(file: &Path, guarded: &Path) -> Result<File, String> {
    let shown = file.display();
    let lock = open_private(file)?;
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
