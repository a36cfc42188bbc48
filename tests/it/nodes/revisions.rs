//! Whoever made a change asks another server, and is never answered with the state before.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::Nodes;
use crate::support::process::Server;
use crate::support::system::KEYS;

const VERIFY: &str = "/api/v1/verify";

/// Asks a server that stands still, and has it go on when the question lies there.
fn ask_and_wake(server: &Server, verifier: &str, question: &Value) -> String {
    let body = question.to_string();
    let request = format!(
        "POST {VERIFY} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {verifier}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(server.socket()).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    server.signal("-CONT");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_question_that_insists_on_a_change_is_never_answered_with_the_state_before() {
    let nodes = Nodes::start(3).await;
    let verifier = nodes.places[0].verifier("Orders API");
    for round in 0..30 {
        let (changing, other) = (&nodes.servers[round % 3], &nodes.servers[(round + 1) % 3]);
        // For a new key no server is waited for long that stands still, and this one then answers by its lease.
        let stands_still = round % 3 == 0;
        if stands_still {
            other.freeze();
        }
        let admin = changing.system(&nodes.admin);
        let made = admin.create(&format!("Key {round}")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let question = json!({ "key": made["key"], "at_least": made["revision"] });
        if stands_still {
            let answer = ask_and_wake(other, &verifier, &question);
            let is_none = answer.starts_with("HTTP/1.1 503 ");
            assert!(is_none || answer.contains("\"VALID\""), "{round}: {answer}");
        }
        let asking = other.system(&verifier);
        let verdict = loop {
            let answer = asking.post(VERIFY, question.clone()).await;
            if answer.status == 200 {
                break answer.json();
            }
            assert_eq!(answer.status, 503, "{}", answer.body);
        };
        assert_eq!(verdict["code"], "VALID", "{round}: {verdict}");
        // Room for the next one.
        let id = made["id"].as_str().unwrap();
        assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    }
}
