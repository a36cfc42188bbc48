//! The secrets outside the database: made at the first start, refused when missing, wrong or readable by others.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Config;
use crate::domain::pepper::Pepper;
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
        let pepper = read(&pepper, "pepper", may_create)?;
        let master_key = read(&master, "master key", may_create)?;
        Ok(Self {
            peppers: vec![Pepper::new(1, &pepper)],
            master_key,
        })
    }
}

impl Secrets {
    /// Name, file, and the value that tells whether it is the one that a database was made with.
    pub fn checks(&self, config: &Config) -> [(&'static str, PathBuf, String); 2] {
        let [pepper, master] = paths(config);
        let first = self.peppers.first().map(Pepper::check_value);
        let of_master = Pepper::new(1, &self.master_key).check_value();
        [
            ("pepper", pepper, first.unwrap_or_default()),
            ("master key", master, of_master),
        ]
    }
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

fn read(path: &Path, what: &str, may_create: bool) -> Result<Zeroizing<[u8; 32]>, String> {
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
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|cause| format!("can't read the {what} file {shown}: {cause}"))?;
    decode(text.trim()).ok_or_else(|| {
        format!("the {what} file {shown} is damaged: it must hold 64 hexadecimal digits")
    })
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

fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    // Every character, since the parser below would take a sign.
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (place, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *place = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
