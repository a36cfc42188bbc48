//! Passes bytes on to a server, and counts how often somebody connects.

use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use socket2::{Domain, SockAddr, Socket, Type};

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
        let tcp = |text: &str| SockAddr::from(text.parse::<SocketAddr>().unwrap());
        let unix = |path: &str| SockAddr::unix(path).unwrap();
        let path = server.strip_prefix("unix:");
        let (domain, server, own) = match path {
            Some(path) => (Domain::UNIX, unix(path), unix(&format!("{path}.relay"))),
            None => (Domain::IPV4, tcp(server), tcp("127.0.0.1:0")),
        };
        let open = move || Socket::new(domain, Type::STREAM, None).unwrap();
        let listener = open();
        listener.bind(&own).unwrap();
        listener.listen(128).unwrap();
        let at = match path {
            Some(path) => format!("unix:{path}.relay"),
            None => {
                let own = listener.local_addr().unwrap();
                own.as_socket().unwrap().to_string()
            }
        };
        let relay = Self {
            at,
            connections: Arc::default(),
        };
        let connections = Arc::clone(&relay.connections);
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                connections.fetch_add(1, Ordering::SeqCst);
                let to = open();
                to.connect(&server).unwrap();
                pass(client.try_clone().unwrap(), to.try_clone().unwrap());
                pass(to, client);
            }
        });
        relay
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn pass(mut from: Socket, mut to: Socket) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
