//! The secrets outside the database: made at the first start, refused when missing, wrong or readable by others.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Config;
use super::private_file::PrivateFile;
use super::secret_file::SecretFile;
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::random;

/// The pepper and the master key, as they are at hand.
#[derive(Clone)]
pub struct Secrets {
    /// Pepper versions, newest first.
    pub peppers: Vec<Pepper>,
    /// Master key versions, newest first. What is encrypted goes through [`Secrets::keep_noted_master_keys`].
    pub master_keys: Vec<MasterKey>,
}

impl Secrets {
    /// Reads both files; `may_create` makes missing ones, for the very first start of a database.
    ///
    /// # Errors
    /// One line that names the path, never the content.
    pub fn load(config: &Config, may_create: bool) -> Result<Self, String> {
        let [pepper, master] = paths(config);
        let read = |path: &Path, what| read_versions(path, what, &config.data_dir, may_create);
        Ok(Self {
            peppers: read(&pepper, PEPPER)?.peppers(),
            master_keys: read(&master, MASTER_KEY)?.master_keys(),
        })
    }

    /// Keeps the peppers that the database notes, each with its check value; others are only prepared, or retired.
    ///
    /// # Errors
    /// One line when a noted one is missing, or is another one.
    pub fn keep_noted(&mut self, config: &Config, noted: &[(i32, String)]) -> Result<(), String> {
        let kept = Peppers::of(&self.peppers, noted);
        let at_hand: Vec<i32> = self.peppers.iter().map(Pepper::version).collect();
        must_be_whole(PEPPER, &pepper_path(config), kept.missing(), &at_hand)?;
        self.peppers = kept.live().to_vec();
        Ok(())
    }

    /// As [`Secrets::keep_noted`], of master keys; gives them ready for use.
    ///
    /// # Errors
    /// As [`Secrets::keep_noted`].
    pub fn keep_noted_master_keys(
        &self,
        config: &Config,
        noted: &[(i32, String)],
    ) -> Result<MasterKeys, String> {
        let kept = MasterKeys::of(&self.master_keys, noted);
        let at_hand: Vec<i32> = self.master_keys.iter().map(MasterKey::version).collect();
        must_be_whole(
            MASTER_KEY,
            &master_key_path(config),
            &kept.missing(),
            &at_hand,
        )?;
        Ok(kept)
    }
}

/// What a file holds, and the command that makes another version of it.
#[derive(Clone, Copy)]
struct What {
    name: &'static str,
    command: &'static str,
}

const PEPPER: What = What {
    name: "pepper",
    command: "keystead pepper rotate",
};
const MASTER_KEY: What = What {
    name: "master key",
    command: "keystead master-key rotate",
};

fn must_be_whole(what: What, path: &Path, missing: &[i32], at_hand: &[i32]) -> Result<(), String> {
    let (What { name, command }, shown) = (what, path.display());
    match missing.first() {
        None => Ok(()),
        Some(wrong) if at_hand.contains(wrong) => Err(format!(
            "{name} {wrong} in {shown} is not the one that this database was made with; restore it from your backup"
        )),
        Some(missing) => Err(format!(
            "the {name} file {shown} lacks version {missing}, which this database uses; copy the file from the server \
             on which `{command}` ran, or restore it from your backup"
        )),
    }
}

/// The pepper file as it is now.
///
/// # Errors
/// As [`Secrets::load`].
pub fn pepper_file(config: &Config) -> Result<SecretFile, String> {
    read_versions(&pepper_path(config), PEPPER, &config.data_dir, false)
}

/// The master key file as it is now.
///
/// # Errors
/// As [`Secrets::load`].
pub fn master_key_file(config: &Config) -> Result<SecretFile, String> {
    read_versions(
        &master_key_path(config),
        MASTER_KEY,
        &config.data_dir,
        false,
    )
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

fn read_versions(
    path: &Path,
    what: What,
    home: &Path,
    may_create: bool,
) -> Result<SecretFile, String> {
    let text = read(path, what.name, home, may_create)?;
    SecretFile::parse(&text).map_err(|line| {
        format!(
            "the {} file {} is damaged in line {line}: it must hold 64 hexadecimal digits, or several lines of a version \
             and 64 digits, each version once",
            what.name,
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

fn read(
    path: &Path,
    what: &str,
    home: &Path,
    may_create: bool,
) -> Result<Zeroizing<String>, String> {
    let shown = path.display();
    if !path.exists() {
        if !may_create {
            return Err(format!(
                "the {what} file {shown} is missing, but this database was made with one; restore it from your backup"
            ));
        }
        create(path).map_err(|cause| format!("can't make the {what} file {shown}: {cause}"))?;
    }
    let unread = |cause| format!("can't read the {what} file {shown}: {cause}");
    let file = PrivateFile::open(path).map_err(unread)?;
    file.must_be_private(&format!("the {what} file"), Some(home))?;
    file.text().map_err(unread)
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
