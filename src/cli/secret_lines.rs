//! Lines of the files of secrets, taken out when a version is retired.

use std::path::Path;

use super::out;
use crate::config::secret_file::SecretFile;

/// Takes a version out of its file. The retirement holds without this: what the database no longer notes is not used.
pub fn take_out(path: &Path, mut file: SecretFile, version: i32) {
    let shown = path.display();
    if !file.remove(version) {
        return;
    }
    match file.replace(path) {
        Ok(()) => out::announce(format_args!("Its line is out of {shown}.")),
        Err(cause) => out::note(format_args!(
            "keystead: take its line out of {shown} yourself: {cause}"
        )),
    }
}
