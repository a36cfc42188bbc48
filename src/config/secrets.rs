//! The secrets outside the database: made at the first start, refused when missing, wrong or readable by others.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Config;
use super::pepper_file::PepperFile;
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::random;

/// The pepper and the master key, ready for use.
#[derive(Clone)]
pub struct Secrets {
    /// Pepper versions, newest first.
    pub peppers: Vec<Pepper>,
    /// 32 bytes from which cookie and sealing keys are derived.
    pub master_key: Zeroizing<[u8; 32]>,
}

impl Secrets {
    /// Reads both files; `may_create` makes missing ones, for the very first start of a database.
    ///
    /// # Errors
    /// One line that names the path, never the content.
    pub fn load(config: &Config, may_create: bool) -> Result<Self, String> {
        let [pepper, master] = paths(config);
        let peppers = read_peppers(&pepper, may_create)?.peppers();
        let text = read(&master, "master key", may_create)?;
        let master_key = random::from_hex(text.trim()).ok_or_else(|| {
            let shown = master.display();
            format!("the master key file {shown} is damaged: it must hold 64 hexadecimal digits")
        })?;
        Ok(Self {
            peppers,
            master_key,
        })
    }

    /// Keeps the peppers that the database notes, each with its check value; others are only prepared, or retired.
    ///
    /// # Errors
    /// One line when a noted one is missing, or is another one.
    pub fn keep_noted(&mut self, config: &Config, noted: &[(i32, String)]) -> Result<(), String> {
        let kept = Peppers::of(&self.peppers, noted);
        let path = pepper_path(config);
        let shown = path.display();
        match kept.missing().first() {
            None => self.peppers = kept.live().to_vec(),
            Some(missing) if self.peppers.iter().any(|own| own.version() == *missing) => {
                return Err(format!(
                    "pepper {missing} in {shown} is not the one that this database was made with; restore it from your backup"
                ));
            }
            Some(missing) => {
                return Err(format!(
                    "the pepper file {shown} lacks version {missing}, which this database uses; copy the file from the \
                     server on which `keystead pepper rotate` ran, or restore it from your backup"
                ));
            }
        }
        Ok(())
    }

    /// Tells whether this is the master key that the database was made with, and nothing else about it.
    pub fn master_key_check(&self) -> String {
        Pepper::new(1, &self.master_key).check_value()
    }
}

/// The pepper file as it is now.
///
/// # Errors
/// As [`Secrets::load`].
pub fn pepper_file(config: &Config) -> Result<PepperFile, String> {
    read_peppers(&pepper_path(config), false)
}

/// Where the pepper file is.
pub fn pepper_path(config: &Config) -> PathBuf {
    let [pepper, _] = paths(config);
    pepper
}

/// Where the master key is.
pub fn master_key_path(config: &Config) -> PathBuf {
    let [_, master] = paths(config);
    master
}

fn read_peppers(path: &Path, may_create: bool) -> Result<PepperFile, String> {
    let text = read(path, "pepper", may_create)?;
    PepperFile::parse(&text).ok_or_else(|| {
        format!(
            "the pepper file {} is damaged: it must hold 64 hexadecimal digits, or several lines of a version and 64 digits",
            path.display()
        )
    })
}

fn paths(config: &Config) -> [PathBuf; 2] {
    let path = |set: &Option<PathBuf>, name: &str| {
        set.clone().unwrap_or_else(|| config.data_dir.join(name))
    };
    [
        path(&config.pepper_file, "pepper"),
        path(&config.master_key_file, "master-key"),
    ]
}

fn read(path: &Path, what: &str, may_create: bool) -> Result<Zeroizing<String>, String> {
    let shown = path.display();
    if !path.exists() {
        if !may_create {
            return Err(format!(
                "the {what} file {shown} is missing, but this database was made with one; restore it from your backup"
            ));
        }
        create(path).map_err(|cause| format!("can't make the {what} file {shown}: {cause}"))?;
    }
    let facts = fs::metadata(path)
        .map_err(|cause| format!("can't read the {what} file {shown}: {cause}"))?;
    if facts.mode() & 0o077 != 0 {
        return Err(format!(
            "the {what} file {shown} can be read by others; run: chmod 600 {shown}"
        ));
    }
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|cause| format!("can't read the {what} file {shown}: {cause}"))
}

/// Written and synced before it is used: a pepper that a crash takes away makes every key useless.
fn create(path: &Path) -> std::io::Result<()> {
    let token = random::token()
        .map(Zeroizing::new)
        .map_err(std::io::Error::other)?;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", *token)?;
    file.sync_all()?;
    // A bare file name has an empty parent: the directory we are in.
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
