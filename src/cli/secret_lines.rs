//! Lines of the files of secrets, taken out when a version is retired.

use std::path::Path;

use crate::config::secret_file::SecretFile;

/// Takes a version out of its file. The retirement holds without this: what the database no longer notes is not used.
pub fn take_out(path: &Path, mut file: SecretFile, version: i32) {
    let shown = path.display();
    if !file.remove(version) {
        return;
    }
    match file.replace(path) {
        Ok(()) => println!("Its line is out of {shown}."),
        Err(cause) => eprintln!("keystead: take its line out of {shown} yourself: {cause}"),
    }
}
