//! A server that notes every request it gets and answers 200: an API behind a gateway, or one that is taken for Keystead.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Request line and headers, each a line, names in lower case.
    pub head: String,
    pub body: String,
}

impl Seen {
    /// All values of a header, joined as one list.
    pub fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        let values: Vec<&str> = self
            .head
            .lines()
            .filter_map(|line| line.strip_prefix(&start))
            .collect();
        values.join(", ")
    }

    /// `GET /path`.
    pub fn asked(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.rsplit_once(' ').map_or(line, |(asked, _)| asked)
    }
}

/// The API; it lives as long as the test's process.
#[derive(Clone)]
pub struct Echo {
    pub socket: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Mutex<&'static str>>,
}

impl Echo {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let echo = Self {
            socket: listener.local_addr().unwrap(),
            seen: Arc::default(),
            answer: Arc::new(Mutex::new("200 OK\r\nContent-Length: 2\r\n\r\nok")),
        };
        let inner = echo.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let inner = inner.clone();
                std::thread::spawn(move || inner.serve(&socket));
            }
        });
        echo
    }

    /// Every request so far, in the order in which they arrived.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What it answers from now on: status, headers and body.
    pub fn answers(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }

    fn serve(&self, socket: &TcpStream) {
        let mut reader = BufReader::new(socket);
        while let Some(seen) = read_request(&mut reader) {
            self.seen.lock().unwrap().push(seen);
            let answer = format!("HTTP/1.1 {}", self.answer.lock().unwrap());
            let mut socket = socket;
            if socket.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// The next request; `None` at the end of the connection. Lines end as gateways write them, with CR LF.
fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<Seen> {
    let mut seen = Seen::default();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let line = match line.split_once(':') {
            Some((name, value)) if !seen.head.is_empty() => {
                format!("{}: {}", name.to_lowercase(), value.trim())
            }
            _ => line,
        };
        seen.head.push_str(&line);
        seen.head.push('\n');
    }
    if seen
        .header("transfer-encoding")
        .eq_ignore_ascii_case("chunked")
    {
        loop {
            let size = usize::from_str_radix(&read_line(reader)?, 16).ok()?;
            if size == 0 {
                break;
            }
            seen.body.push_str(&read_text(reader, size)?);
            read_line(reader)?;
        }
        // Trailers, to the empty line.
        while !read_line(reader)?.is_empty() {}
    } else if let Ok(size) = seen.header("content-length").parse() {
        seen.body = read_text(reader, size)?;
    }
    Some(seen)
}

fn read_line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    let line = line.strip_suffix(b"\r\n")?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn read_text(reader: &mut BufReader<&TcpStream>, size: usize) -> Option<String> {
    let mut bytes = vec![0; size];
    reader.read_exact(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
