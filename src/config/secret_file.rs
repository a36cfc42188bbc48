//! The file of a secret, the pepper or the master key: one version, or several, one a line.
//!
//! A lone line of 64 hexadecimal digits is version 1; otherwise each line is `VERSION DIGITS`.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::master_key::MasterKey;
use crate::domain::pepper::Pepper;
use crate::domain::random;

/// Versions with their bytes, in the order of the file. It never prints.
#[derive(Clone)]
pub struct SecretFile(Vec<(i32, Zeroizing<[u8; 32]>)>);

impl SecretFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The number of the line that is no version, or one that was there before; of an empty file the first one.
    pub fn parse(text: &str) -> Result<Self, usize> {
        if let Some(only) = random::from_hex(text.trim()) {
            return Ok(Self(vec![(1, only)]));
        }
        let mut versions: Vec<(i32, Zeroizing<[u8; 32]>)> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let (version, bytes) = parse_line(line.trim()).ok_or(number)?;
            if versions.iter().any(|(known, _)| *known == version) {
                return Err(number);
            }
            versions.push((version, bytes));
        }
        if versions.is_empty() {
            return Err(1);
        }
        Ok(Self(versions))
    }

    /// Every version as a pepper, newest first.
    pub fn peppers(&self) -> Vec<Pepper> {
        self.newest_first(Pepper::new)
    }

    /// Every version as a master key, newest first.
    pub fn master_keys(&self) -> Vec<MasterKey> {
        self.newest_first(MasterKey::new)
    }

    fn newest_first<T>(&self, make: fn(i32, &Zeroizing<[u8; 32]>) -> T) -> Vec<T> {
        let mut versions: Vec<&(i32, Zeroizing<[u8; 32]>)> = self.0.iter().collect();
        versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        versions
            .iter()
            .map(|(version, bytes)| make(*version, bytes))
            .collect()
    }

    /// True when it has a version.
    pub fn has(&self, version: i32) -> bool {
        self.0.iter().any(|(known, _)| *known == version)
    }

    /// Adds a version of fresh random bytes.
    ///
    /// # Errors
    /// One line when the system has no randomness.
    pub fn add(&mut self, version: i32) -> Result<(), String> {
        let bytes = random::bytes::<32>()?;
        self.0.push((version, Zeroizing::new(bytes)));
        Ok(())
    }

    /// Takes a version out; false when it was not there.
    pub fn remove(&mut self, version: i32) -> bool {
        let before = self.0.len();
        self.0.retain(|(known, _)| *known != version);
        self.0.len() < before
    }

    /// Puts these versions in the place of a file: all of them or, after a crash, what was there before. The new file
    /// has the old one's owner and mode 0600.
    ///
    /// # Errors
    /// As the file system reports them.
    pub fn replace(&self, path: &Path) -> std::io::Result<()> {
        // A link stays a link.
        let path = path.canonicalize()?;
        let old = fs::metadata(&path)?;
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = Path::new(&beside);
        // What a crash left behind.
        if beside.exists() {
            fs::remove_file(beside)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(beside)?;
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
        for (version, bytes) in &self.0 {
            let digits = Zeroizing::new(random::hex(&**bytes));
            writeln!(file, "{version} {}", *digits)?;
        }
        file.sync_all()?;
        fs::rename(beside, &path)?;
        File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
    }
}

fn parse_line(line: &str) -> Option<(i32, Zeroizing<[u8; 32]>)> {
    let (version, digits) = line.split_once([' ', '\t'])?;
    let number: i32 = version.parse().ok()?;
    // In one way only: no sign, no leading zeros.
    if number < 1 || number.to_string() != version {
        return None;
    }
    Some((number, random::from_hex(digits.trim())?))
}
