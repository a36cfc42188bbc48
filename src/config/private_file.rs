//! A file with a secret in it. What is read and what is looked at is one opened file: nobody puts another in its place in
//! between, and links lead to the file that counts.

use std::fs::{File, Metadata, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, fcntl_setfl};
use zeroize::Zeroizing;

const ROOT: u32 = 0;

/// An opened file.
pub struct PrivateFile {
    path: PathBuf,
    file: File,
    facts: Metadata,
}

impl PrivateFile {
    /// Opens a file to read.
    ///
    /// # Errors
    /// As the file system reports them.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        // Opening a pipe must not wait for somebody who writes; reading one that may hold no secret does.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(path)?;
        fcntl_setfl(&file, OFlags::empty())?;
        Ok(Self {
            path: path.to_owned(),
            facts: file.metadata()?,
            file,
        })
    }

    /// Refuses what others can read or put there (ASVS 13.3.1): `kind` is what the message calls the file, and `home` the
    /// directory whose owner may own it too, when root reads for them.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn must_be_private(&self, kind: &str, home: Option<&Path>) -> Result<(), String> {
        let shown = self.path.display();
        if !self.facts.is_file() {
            return Err(format!("{kind} {shown} is no ordinary file"));
        }
        if self.facts.mode() & 0o077 != 0 {
            return Err(format!(
                "{kind} {shown} can be read by others; run: chmod 600 {shown}"
            ));
        }
        let (owner, we) = (self.facts.uid(), rustix::process::geteuid().as_raw());
        let is_served = |home: &Path| home.metadata().is_ok_and(|facts| facts.uid() == owner);
        let is_ours = owner == we || owner == ROOT || (we == ROOT && home.is_none_or(is_served));
        if !is_ours {
            return Err(format!(
                "{kind} {shown} belongs to another user of this machine, who can read and change it; run: chown {we} {shown}"
            ));
        }
        Ok(())
    }

    /// What is in it.
    ///
    /// # Errors
    /// As the file system reports them, also of what is no text.
    pub fn text(mut self) -> std::io::Result<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::new());
        self.file.read_to_string(&mut text)?;
        Ok(text)
    }
}
