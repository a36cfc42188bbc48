//! Questions that do not arrive in one piece, or not alone.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use crate::support::*;

/// A connection on which a verifier asks.
struct Line {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Line {
    fn open(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).unwrap(),
            heard: Vec::new(),
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The body of the next answer.
    fn answer(&mut self) -> Value {
        loop {
            let text = String::from_utf8_lossy(&self.heard).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.unwrap().parse().unwrap();
                if body.len() >= length {
                    self.heard.drain(..head.len() + 4 + length);
                    return serde_json::from_str(&body[..length]).unwrap();
                }
            }
            let mut buffer = [0; 4_096];
            let count = self.stream.read(&mut buffer).unwrap();
            assert!(count > 0, "closed after {text}");
            self.heard.extend_from_slice(&buffer[..count]);
        }
    }
}

fn question(app: &App, body: &str) -> String {
    format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        app.verifier,
        body.len()
    )
}

#[actix_web::test]
async fn a_question_that_arrives_in_pieces_is_answered() {
    let app = App::start().await;
    let key = app.issue("Acme", "SAP");
    let bytes = question(&app, &json!({ "key": key.secret }).to_string());
    let body = bytes.find('{').unwrap();
    for cut in [body - 2, body, body + 1, body + 20, bytes.len() - 1] {
        let mut line = Line::open(app.socket);
        line.say(&bytes.as_bytes()[..cut]);
        // The server answers others while it waits for the rest, so it has read the first piece.
        assert_eq!(app.stranger().get("/healthz").await.status, 200);
        let rest = bytes.as_bytes()[cut..].to_vec();
        let answer = actix_web::web::block(move || {
            line.say(&rest);
            line.answer()
        });
        assert_eq!(answer.await.unwrap()["code"], "VALID", "cut at {cut}");
    }
}

#[actix_web::test]
async fn questions_sent_without_waiting_are_answered_in_their_order() {
    let app = App::start().await;
    let key = app.issue("Acme", "SAP");
    let whole = question(&app, &json!({ "key": key.secret }).to_string());
    let broken = question(&app, "{\"key\":");
    let gateway = format!(
        "GET /forward-auth HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {}x\r\n\r\n",
        key.secret
    );
    let bytes = [whole.as_str(), &broken, &whole, &gateway, &whole].concat();
    let mut line = Line::open(app.socket);
    let answers = actix_web::web::block(move || {
        line.say(bytes.as_bytes());
        [(); 5].map(|()| line.answer())
    });
    let answers = answers.await.unwrap();
    assert_eq!(answers[0]["code"], "VALID");
    assert_eq!(answers[1]["status"], 400);
    assert_eq!(answers[2]["code"], "VALID");
    assert_eq!(answers[3]["status"], 401);
    assert_eq!(answers[4]["code"], "VALID");
}

#[actix_web::test]
async fn a_body_in_chunks_is_answered_too() {
    let app = App::start().await;
    let key = app.issue("Acme", "SAP");
    let (first, second) = ("{\"key\":\"", format!("{}\"}}", key.secret));
    let bytes = format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        app.verifier,
        first.len(),
        second.len()
    );
    let mut line = Line::open(app.socket);
    let answer = actix_web::web::block(move || {
        line.say(bytes.as_bytes());
        line.answer()
    });
    assert_eq!(answer.await.unwrap()["code"], "VALID");
}
