//! Bytes on a socket, for what no client library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::app::App;

/// Everything that the server sent until it closed the connection, and whether it closed it.
pub struct Said {
    pub text: String,
    pub closed: bool,
}

impl Said {
    /// The status of the first answer; 0 when the connection was closed without one.
    pub fn status(&self) -> u16 {
        self.text
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|code| code.parse().ok())
            .unwrap_or_default()
    }

    /// How many answers came.
    pub fn answers(&self) -> usize {
        self.text.matches("HTTP/1.1 ").count()
    }
}

impl App {
    /// Sends bytes and reads until the server closes the connection or has been silent for a while.
    pub async fn raw(&self, bytes: impl Into<Vec<u8>>) -> Said {
        self.raw_with_patience(bytes, Duration::from_secs(3)).await
    }

    /// The same, with a longer wait for an answer.
    pub async fn raw_with_patience(&self, bytes: impl Into<Vec<u8>>, patience: Duration) -> Said {
        let (socket, bytes) = (self.socket, bytes.into());
        actix_web::web::block(move || talk(socket, &bytes, patience))
            .await
            .unwrap()
    }
}

/// Sends bytes to any server and reads what it says.
pub fn talk(address: SocketAddr, bytes: &[u8], patience: Duration) -> Said {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(patience)).unwrap();
    socket.set_write_timeout(Some(patience)).unwrap();
    exchange(socket, bytes)
}

/// The same on a Unix socket.
pub fn talk_on_unix_socket(path: &Path, bytes: &[u8], patience: Duration) -> Said {
    let socket = UnixStream::connect(path).unwrap();
    socket.set_read_timeout(Some(patience)).unwrap();
    socket.set_write_timeout(Some(patience)).unwrap();
    exchange(socket, bytes)
}

fn exchange(mut socket: impl Read + Write, bytes: &[u8]) -> Said {
    // A server that refuses early may close before everything is written.
    let _ = socket.write_all(bytes);
    let (mut heard, mut buffer) = (Vec::new(), [0; 8_192]);
    let closed = loop {
        match socket.read(&mut buffer) {
            Ok(0) => break true,
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(cause) => {
                break !matches!(
                    cause.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
    };
    Said {
        text: String::from_utf8_lossy(&heard).into_owned(),
        closed,
    }
}
