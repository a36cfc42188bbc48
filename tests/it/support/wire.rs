//! A connection that stays open from request to request, and tells when it did not. It never asks twice.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

pub struct Wire {
    to: SocketAddr,
    open: Option<BufReader<TcpStream>>,
}

impl Wire {
    pub fn new(to: SocketAddr) -> Self {
        Self { to, open: None }
    }

    /// Sends a request and gives the status of its answer; `None` when the connection ended instead.
    pub fn ask(&mut self, request: &str) -> Option<u16> {
        self.send(request)?;
        let answer = read_answer(self.open.as_mut()?);
        if !matches!(answer, Some((_, true))) {
            self.hang_up();
        }
        answer.map(|(status, _)| status)
    }

    /// Sends a request and waits for nothing.
    pub fn send(&mut self, request: &str) -> Option<()> {
        if self.open.is_none() {
            let socket = TcpStream::connect(self.to).unwrap();
            socket.set_nodelay(true).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            self.open = Some(BufReader::new(socket));
        }
        let sent = self.open.as_ref()?.get_ref().write_all(request.as_bytes());
        if sent.is_err() {
            self.hang_up();
        }
        sent.ok()
    }

    pub fn hang_up(&mut self) {
        self.open = None;
    }
}

/// Status, and whether the connection may be used on. Reads the body to its end.
fn read_answer(reader: &mut BufReader<TcpStream>) -> Option<(u16, bool)> {
    let (mut status, mut size, mut chunked, mut stays) = (None, 0, false, true);
    loop {
        let line = read_line(reader)?;
        let Some(status) = status else {
            status = Some(line.split(' ').nth(1)?.parse().ok()?);
            continue;
        };
        match line.split_once(": ") {
            None if chunked => return Some((status, skip_chunks(reader).is_some() && stays)),
            None => {
                reader.read_exact(&mut vec![0; size]).ok()?;
                return Some((status, stays));
            }
            Some(("content-length", value)) => size = value.parse().ok()?,
            Some(("transfer-encoding", _)) => chunked = true,
            Some(("connection", value)) => stays = value != "close",
            Some(_) => {}
        }
    }
}

fn skip_chunks(reader: &mut BufReader<TcpStream>) -> Option<()> {
    loop {
        let size = usize::from_str_radix(&read_line(reader)?, 16).ok()?;
        reader.read_exact(&mut vec![0; size + 2]).ok()?;
        if size == 0 {
            return Some(());
        }
    }
}

fn read_line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.ends_with('\n').then(|| line.trim_end().to_lowercase())
}
