//! A client that sends at a rate, as a reverse proxy passes on what many people send.

use std::cell::RefCell;
use std::io::{ErrorKind, Result};
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A new connection from one of this machine's addresses.
pub async fn connect_from(address: Ipv4Addr, port: u16) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((address, 0).into())?;
    socket.connect((Ipv4Addr::LOCALHOST, port).into()).await
}

/// Keeps its connections, and has one for each request that waits for its answer.
pub struct Proxy {
    address: Ipv4Addr,
    port: u16,
    idle: RefCell<Vec<TcpStream>>,
}

impl Proxy {
    pub fn to(port: u16) -> Self {
        Self::from(Ipv4Addr::LOCALHOST, port)
    }

    /// One that asks from one of this machine's addresses.
    pub fn from(address: Ipv4Addr, port: u16) -> Self {
        let idle = RefCell::default();
        Self {
            address,
            port,
            idle,
        }
    }

    pub async fn ask(&self, request: &str) -> String {
        self.try_to_ask(request).await.unwrap()
    }

    pub async fn try_to_ask(&self, request: &str) -> Result<String> {
        let kept = self.idle.borrow_mut().pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => connect_from(self.address, self.port).await?,
        };
        stream.write_all(request.as_bytes()).await?;
        let (mut answer, mut part) = (Vec::new(), [0; 8_192]);
        while !is_whole(&answer) {
            let read = stream.read(&mut part).await?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            answer.extend_from_slice(&part[..read]);
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if !answer
            .to_ascii_lowercase()
            .contains("\r\nconnection: close")
        {
            self.idle.borrow_mut().push(stream);
        }
        Ok(answer)
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head_length = head.len() + 4;
    let length = head.to_ascii_lowercase();
    // 204 has none.
    let length = length.split("content-length: ").nth(1).unwrap_or("0");
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    answer.len() >= head_length + length
}
