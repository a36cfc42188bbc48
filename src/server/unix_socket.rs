//! The Unix socket on which a gateway on the same machine may ask. It spares both of them what TCP costs.

use std::fs::{self, Permissions};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

use socket2::{Domain, SockAddr, Socket, Type};

/// Connections that wait to be accepted.
const WAITING: i32 = 1_024;

/// Listens on a new socket that its owner and its group may use. One that an ended server left behind is replaced.
///
/// # Errors
/// One line that says why not: something else lies there, or somebody listens on it.
pub fn listen(path: &Path) -> std::result::Result<UnixListener, String> {
    try_listen(path).map_err(|cause| format!("can't listen on {}: {cause}", path.display()))
}

fn try_listen(path: &Path) -> Result<UnixListener> {
    let address = SockAddr::unix(path)?;
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(Error::other("there is a file that is no socket"));
        }
        Ok(_) if is_left_behind(&address)? => fs::remove_file(path)?,
        Ok(_) => return Err(Error::other("another program listens on it")),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&address)?;
    // Before anybody can connect, whatever the umask is.
    fs::set_permissions(path, Permissions::from_mode(0o660))?;
    socket.listen(WAITING)?;
    Ok(socket.into())
}

/// True for a socket on which nobody listens any more.
///
/// # Errors
/// Whatever else keeps us from finding out: it may belong to somebody.
fn is_left_behind(address: &SockAddr) -> Result<bool> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A server that is too busy to accept would keep us waiting.
    socket.set_nonblocking(true)?;
    match socket.connect(address) {
        Ok(()) => Ok(false),
        Err(cause) => match cause.kind() {
            ErrorKind::WouldBlock => Ok(false),
            ErrorKind::ConnectionRefused => Ok(true),
            _ => Err(cause),
        },
    }
}
