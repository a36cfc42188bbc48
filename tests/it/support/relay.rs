//! Passes bytes on to a server, and counts how often somebody connects.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A relay; it lives as long as the test's process.
#[derive(Clone)]
pub struct Relay {
    /// Where it listens, as nginx writes it: `127.0.0.1:8080` or `unix:PATH`.
    pub at: String,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    /// To a server that is named in the same way, and spoken to in the same way.
    pub fn to(server: &str) -> Self {
        let connections = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&connections);
        let count = move || counted.fetch_add(1, Ordering::SeqCst);
        let server = server.to_owned();
        let Some(path) = server.strip_prefix("unix:").map(str::to_owned) else {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let at = listener.local_addr().unwrap().to_string();
            std::thread::spawn(move || {
                for client in listener.incoming().flatten() {
                    count();
                    let server = TcpStream::connect(&server).unwrap();
                    let close = |to: &TcpStream| to.shutdown(Shutdown::Write);
                    pass(
                        client.try_clone().unwrap(),
                        server.try_clone().unwrap(),
                        close,
                    );
                    pass(server, client, close);
                }
            });
            return Self { at, connections };
        };
        let at = format!("{path}.relay");
        let listener = UnixListener::bind(&at).unwrap();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                count();
                let server = UnixStream::connect(&path).unwrap();
                let close = |to: &UnixStream| to.shutdown(Shutdown::Write);
                pass(
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    close,
                );
                pass(server, client, close);
            }
        });
        let at = format!("unix:{at}");
        Self { at, connections }
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn pass<F: Read + Send + 'static, T: Write + Send + 'static>(
    mut from: F,
    mut to: T,
    close: fn(&T) -> std::io::Result<()>,
) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = close(&to);
    });
}
