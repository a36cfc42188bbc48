//! A third party whose API is called.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// A provider on this machine, and the heads of the requests that it got.
pub struct Provider {
    pub port: u16,
    pub asked: Receiver<String>,
}

impl Provider {
    /// It answers everything with this text, and then neither says more nor closes the connection.
    pub fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, asked) = mpsc::channel();
        thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let _ = (&stream).write_all(answer.as_bytes());
                let _ = tell.send(head.join("\n"));
                open.push(stream);
            }
        });
        Self { port, asked }
    }

    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}
