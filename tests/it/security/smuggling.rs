//! A request hidden in another is never read, neither directly nor behind a gateway.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::support::gateway::{Gateway, Kind};
use crate::support::process::Place;
use crate::support::raw::{Said, talk};
use crate::support::smuggling::{Fate, HIDDEN, Trick, tricks};

/// Only servers that wait for the rest of a body are silent for so long.
const PATIENCE: Duration = Duration::from_secs(3);

/// Sends a trick and, behind it on the same connection, an honest last request; all tricks at once.
async fn play(socket: SocketAddr, start: &str, last: &str) -> Vec<(Trick, Said)> {
    let mut playing = Vec::new();
    for trick in tricks() {
        let bytes = [trick.request(start), last.as_bytes().to_vec()].concat();
        let said = actix_web::web::block(move || talk(socket, &bytes, PATIENCE));
        playing.push((trick, said));
    }
    let mut played = Vec::new();
    for (trick, said) in playing {
        played.push((trick, said.await.unwrap()));
    }
    played
}

fn with_debug_log(mut command: Command) -> Command {
    command.env("KEYSTEAD_LOG", "keystead=debug");
    command
}

#[actix_web::test]
async fn nobody_reads_a_second_request_out_of_the_first() {
    let place = Place::new();
    let server = place.start(with_debug_log(place.command(&["serve"])));
    let socket = server.socket();
    let start = "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    let last = "GET /last HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let played = play(socket, start, last).await;
    for (trick, said) in &played {
        assert!(said.closed, "{trick:?}: {}", said.text);
        if trick.fate == Fate::Refused {
            assert!(
                [0, 400, 411, 413, 501].contains(&said.status()),
                "{trick:?}: {}",
                said.text
            );
            assert!(said.answers() <= 1, "{trick:?}: {}", said.text);
        } else {
            assert!(
                [403, 415].contains(&said.status()),
                "{trick:?}: {}",
                said.text
            );
            assert_eq!(said.answers(), 2, "{trick:?}: {}", said.text);
        }
    }
    // The server's own account: the honest requests, and no other.
    let log = server.log();
    let lasts = played.iter().filter(|(trick, _)| trick.fate == Fate::Read);
    assert_eq!(log.matches("/last").count(), lasts.count(), "{log}");
    assert!(!log.contains("/hidden"), "{log}");
    assert_eq!(server.stranger().get("/healthz").await.status, 200);
}

async fn behind(kind: Kind) {
    let gateway = Gateway::start_with(kind, with_debug_log);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let start =
        format!("POST /first HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {key}\r\n");
    let last = format!(
        "GET /last HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    let played = play(gateway.socket, &start, &last).await;
    let seen = gateway.api.seen();
    for request in &seen {
        // The hidden request has no key: whatever a gateway makes of it, it must not get past the question.
        assert!(
            ["POST /first", "GET /last"].contains(&request.asked()),
            "{request:?}"
        );
        let lengths = request.head.lines().skip(1).filter(|line| {
            line.starts_with("content-length:") || line.starts_with("transfer-encoding:")
        });
        assert!(lengths.count() <= 1, "{request:?}");
        assert!(!request.head.contains(['\0', '\r']), "{request:?}");
        let headers: Vec<&str> = request.head.lines().skip(1).collect();
        assert!(
            headers.iter().all(|line| line.contains(": ")),
            "{request:?}"
        );
    }
    // The API saw exactly what the clients were told, and no trick was needed to be understood.
    let passed: usize = played
        .iter()
        .map(|(_, said)| said.text.matches("HTTP/1.1 200").count())
        .sum();
    assert_eq!(seen.len(), passed);
    let read = |(trick, said): &(Trick, Said)| {
        trick.fate == Fate::Read && said.text.matches("HTTP/1.1 200").count() == 2
    };
    assert!(played.iter().filter(|game| read(game)).count() >= 8);
    assert!(seen.iter().filter(|request| request.body == HIDDEN).count() >= 8);
    // Keystead was asked by the gateway, and by nobody through it.
    let log = gateway.keystead.log();
    let asked = match kind {
        Kind::Envoy => "/ext-authz/work-orders:write/first",
        _ => "/forward-auth",
    };
    assert!(log.contains(&format!("path=\"{asked}\"")), "{log}");
    for path in ["/hidden", "/first", "/last"] {
        assert!(!log.contains(&format!("path=\"{path}")), "{path}: {log}");
    }
}

#[actix_web::test]
async fn nothing_is_smuggled_past_nginx() {
    behind(Kind::Nginx).await;
}

#[actix_web::test]
async fn nothing_is_smuggled_past_caddy() {
    behind(Kind::Caddy).await;
}

#[actix_web::test]
async fn nothing_is_smuggled_past_haproxy() {
    behind(Kind::Haproxy).await;
}

#[actix_web::test]
async fn nothing_is_smuggled_past_traefik() {
    behind(Kind::Traefik).await;
}

#[actix_web::test]
async fn nothing_is_smuggled_past_envoy() {
    behind(Kind::Envoy).await;
}

#[actix_web::test]
async fn the_body_of_a_question_is_never_a_question() {
    let place = Place::new();
    let server = place.start(with_debug_log(place.command(&["serve"])));
    let socket = server.socket();
    let size = HIDDEN.len();
    for method in ["GET", "HEAD", "POST", "DELETE", "OPTIONS"] {
        for (path, status) in [("/forward-auth", "401"), ("/healthz", "")] {
            let host = "Host: 127.0.0.1\r\n";
            let bytes = format!(
                "{method} {path} HTTP/1.1\r\n{host}Content-Length: {size}\r\n\r\n{HIDDEN}GET /last HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
            );
            let said = actix_web::web::block(move || talk(socket, bytes.as_bytes(), PATIENCE))
                .await
                .unwrap();
            assert!(
                said.closed && said.answers() <= 2,
                "{method} {path}: {}",
                said.text
            );
            let told = said.status().to_string();
            assert!(
                status.is_empty() || told == status,
                "{method} {path}: {}",
                said.text
            );
        }
    }
    assert!(!server.log().contains("/hidden"), "{}", server.log());
}

#[actix_web::test]
async fn compressed_bodies_and_large_heads_are_refused() {
    let app = crate::support::App::start().await;
    for path in ["/login", "/setup"] {
        for coding in ["gzip", "br", "gzip, gzip", "identity, gzip"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Encoding: {coding}\r\n\
                 Content-Length: 4\r\nConnection: close\r\n\r\n\u{1f}..."
            );
            assert_eq!(app.raw(head).await.status(), 415, "{path} {coding}");
        }
    }
    for (size, status) in [(15_000, 200), (17_000, 431)] {
        let large = "a".repeat(size / 2);
        let head = format!(
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: {large}\r\nX-A: {large}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(app.raw(head).await.status(), status, "{size} bytes");
    }
}
