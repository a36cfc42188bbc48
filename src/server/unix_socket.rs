//! The Unix socket on which a gateway on the same machine may ask. It spares both of them what TCP costs.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// Listens on a new socket that its owner and its group may use. One that an ended server left behind is replaced.
///
/// # Errors
/// One line that says why not: something else lies there, or somebody listens on it.
pub fn listen(path: &Path) -> Result<UnixListener, String> {
    let failed = |cause: io::Error| format!("can't listen on {}: {cause}", path.display());
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(failed(io::Error::other(
                "there is a file that is no socket",
            )));
        }
        Ok(_) if UnixStream::connect(path).is_ok() => {
            return Err(failed(io::Error::other("another program listens on it")));
        }
        Ok(_) => fs::remove_file(path).map_err(failed)?,
        Err(_) => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Connecting takes the right to write, which nobody else had until here.
    fs::set_permissions(path, Permissions::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}
