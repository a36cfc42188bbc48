//! Passes bytes on to a server, and counts how often somebody connects.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A relay; it lives as long as the test's process.
#[derive(Clone)]
pub struct Relay {
    pub socket: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self {
            socket: listener.local_addr().unwrap(),
            connections: Arc::default(),
        };
        let connections = Arc::clone(&relay.connections);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(server).unwrap();
                pass(client.try_clone().unwrap(), server.try_clone().unwrap());
                pass(server, client);
            }
        });
        relay
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
