//! A request whose body comes later than its head.

use actix_web::rt::net::TcpStream;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::browser_like::Answer;

/// Such a request, while the server waits for its body.
pub struct Late {
    socket: TcpStream,
    body: Vec<u8>,
}

impl Late {
    /// Sends the head, and waits until the server has it: it then asks for the body (RFC 9110 section 10.1.1).
    pub async fn begin(request: RequestBuilder) -> Self {
        let request = request.build().unwrap();
        let body = request.body().and_then(|body| body.as_bytes());
        let body = body.unwrap_or_default().to_vec();
        let url = request.url();
        let place = url[url::Position::BeforePath..].to_owned();
        let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        let mut head = format!("{} {place} HTTP/1.1\r\nHost: {host}\r\n", request.method());
        for (name, value) in request.headers() {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        // A body of no bytes would be there with the head.
        assert!(!body.is_empty(), "{place}");
        head += &format!(
            "Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut socket = TcpStream::connect(host).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut heard = [0; 25];
        socket.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 100 Continue\r\n\r\n", "{place}");
        Self { socket, body }
    }

    /// Sends the body, and gives the answer.
    pub async fn finish(mut self) -> Answer {
        self.socket.write_all(&self.body).await.unwrap();
        let mut heard = Vec::new();
        self.socket.read_to_end(&mut heard).await.unwrap();
        let heard = String::from_utf8_lossy(&heard);
        let (head, body) = heard.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let fields = lines.map(|line| line.split_once(": ").unwrap());
        let fields = fields.map(|(name, value)| {
            (
                name.parse::<HeaderName>().unwrap(),
                value.parse::<HeaderValue>().unwrap(),
            )
        });
        Answer {
            status: status.parse().unwrap(),
            headers: HeaderMap::from_iter(fields),
            body: body.to_owned(),
        }
    }
}
