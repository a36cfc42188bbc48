//! Whoever stands in Keystead's place by mistake lets nobody pass.

use reqwest::Method;

use crate::support::echo::Echo;
use crate::support::gateway::{Gateway, Kind};

/// Answers that are no yes of Keystead's, status and headers.
const OTHERS: [&str; 6] = [
    "200 OK\r\nContent-Length: 2\r\n\r\nok",
    "200 OK\r\nX-Keystead-Key-Id:\r\nContent-Length: 0\r\n\r\n",
    "200 OK\r\nX-Keystead-Request-Id: 1-2\r\nContent-Length: 0\r\n\r\n",
    "204 No Content\r\n\r\n",
    "302 Found\r\nLocation: /elsewhere\r\nX-Keystead-Key-Id: 1-2\r\nContent-Length: 0\r\n\r\n",
    "404 Not Found\r\nX-Keystead-Key-Id: 1-2\r\nContent-Length: 0\r\n\r\n",
];

pub async fn an_answer_without_the_mark_is_no_yes(kind: Kind) {
    let other = Echo::start();
    let gateway = Gateway::start_asking(kind, &other);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let before = other.seen().len();
    for answer in OTHERS {
        other.answers(answer);
        for key in ["", "nonsense", &key] {
            for method in [Method::GET, Method::POST] {
                let headers = [("X-API-Key", key), ("X-Keystead-Key-Id", "1-2")];
                let told = gateway.send("127.0.0.1", method, "/orders", &headers).await;
                assert_eq!(told.status, 503, "{answer}");
            }
        }
    }
    assert!(gateway.api.seen().is_empty());
    // It was asked each time, and the mark is all that it lacked.
    assert_eq!(other.seen().len() - before, OTHERS.len() * 6);
    other.answers("200 OK\r\nX-Keystead-Key-Id: 1-2\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(gateway.read(None).await.status, 200);
    // What a yes leaves out stays out.
    let seen = gateway.only_seen();
    let told: Vec<&str> = seen
        .head
        .lines()
        .filter(|line| line.starts_with("x-keystead-"))
        .collect();
    assert_eq!(told, ["x-keystead-key-id: 1-2"]);
}
