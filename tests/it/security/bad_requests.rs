//! Requests that no client library would send.

use std::time::Duration;

use crate::support::*;

/// Fails unless the server refused, once, and closed the connection.
#[track_caller]
fn is_refused(said: &raw::Said, allowed: &[u16], what: &str) {
    assert!(allowed.contains(&said.status()), "{what}: {}", said.text);
    assert!(said.closed, "{what}: the connection stays open");
    assert_eq!(
        said.answers(),
        1,
        "{what}: a second request was read out of the first: {}",
        said.text
    );
}

#[actix_web::test]
async fn another_protocol_is_not_taken_up_and_the_end_of_the_connection_is_told() {
    let app = App::start().await;
    for path in ["/healthz", "/forward-auth", "/login", "/api/v1/auth/whoami"] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (upgrade, is_told) in [
            (
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
                true,
            ),
            (
                "Connection: keep-alive, upgrade\r\nUpgrade: TLS/1.0\r\n",
                true,
            ),
            ("Upgrade: h2c\r\n", false),
        ] {
            let said = app.raw(format!("{head}{upgrade}\r\n")).await;
            assert!([200, 401].contains(&said.status()), "{path}: {}", said.text);
            let text = said.text.to_lowercase();
            assert!(!text.contains("connection: upgrade"), "{path}: {text}");
            assert_eq!(
                text.contains("connection: close"),
                is_told,
                "{path}: {text}"
            );
            assert_eq!(said.closed, is_told, "{path}: {text}");
        }
    }
}

#[actix_web::test]
async fn two_ways_to_say_how_long_a_body_is_are_refused() {
    let app = App::start().await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    for framing in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: +4",
        "Content-Length: -1",
        "Content-Length: 0x4",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
    ] {
        let head = format!(
            "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
        );
        let said = app.raw(format!("{head}0\r\n\r\n{smuggled}")).await;
        is_refused(&said, &[0, 400, 411, 501], framing);
    }
}

#[actix_web::test]
async fn broken_heads_are_refused() {
    let app = App::start().await;
    for head in [
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n",
        "GET /healthz HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{7f}\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let said = app.raw(head).await;
        assert_ne!(said.status(), 200, "{head:?}");
        assert!(said.closed, "{head:?}: {}", said.text);
    }
    assert_eq!(app.stranger().get("/healthz").await.status, 200);
}

#[actix_web::test]
async fn a_header_of_a_mebibyte_is_refused() {
    let app = App::start().await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let said = app.raw(head).await;
    is_refused(&said, &[0, 400, 431], "1 MiB");
    let many: String = (0..5_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let said = app
        .raw(format!(
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n{many}\r\n"
        ))
        .await;
    is_refused(&said, &[0, 400, 431], "5,000 headers");
    let said = app
        .raw(format!(
            "GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            "a".repeat(1 << 20)
        ))
        .await;
    is_refused(&said, &[0, 400, 414, 431], "a path of 1 MiB");
}

#[actix_web::test]
async fn two_authorization_headers_on_the_wire_are_refused() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let said = app
        .raw(format!(
            "GET /api/v1/auth/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
        ))
        .await;
    is_refused(&said, &[400], "two headers");
}

#[actix_web::test]
async fn a_request_without_a_host_is_refused() {
    let app = App::start().await;
    let said = app
        .raw("GET /login HTTP/1.1\r\nConnection: close\r\n\r\n")
        .await;
    is_refused(&said, &[400, 421], "no host");
}

#[actix_web::test]
async fn a_slow_head_is_given_up() {
    let app = App::start().await;
    let patience = Duration::from_secs(30);
    let said = app
        .raw_with_patience(
            "GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
            patience,
        )
        .await;
    is_refused(&said, &[0, 408], "a head that does not end");
}

#[actix_web::test]
async fn a_slow_body_is_given_up() {
    let app = App::start().await;
    let patience = Duration::from_secs(30);
    let token = &app.verifier;
    let head = format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    let said = app.raw_with_patience(head, patience).await;
    is_refused(&said, &[408], "a body that does not end");
    assert!(
        said.text.contains("application/problem+json"),
        "{}",
        said.text
    );
}

#[actix_web::test]
async fn a_slow_form_is_given_up() {
    let app = App::start().await;
    let patience = Duration::from_secs(30);
    let head = "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncsrf=";
    let said = app.raw_with_patience(head, patience).await;
    is_refused(&said, &[408], "a form that does not end");
}

#[actix_web::test]
async fn paths_that_climb_or_hide_find_nothing() {
    let app = App::start().await;
    for path in [
        "/%2e%2e/etc/passwd",
        "/static/%2e%2e/%2e%2e/Cargo.toml",
        "/static/..%5c..%5cCargo.toml",
        "/%00",
        "/login%00",
        "/static/app.css%00.js",
        "/..;/login",
        "//login",
        "/./login",
        "/LOGIN",
        "/tenant-api-keys/%2e%2e/%2e%2e/login",
    ] {
        let said = app
            .raw(format!(
                "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            ))
            .await;
        assert!(
            [400, 404].contains(&said.status()),
            "{path}: {}",
            said.status()
        );
    }
}

#[actix_web::test]
async fn guessing_ids_finds_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "Ours");
    let theirs = app.issue("Globex", "Theirs");
    let system = app.system(&key.secret);
    let answer = system.get(&theirs.resource()).await.meaning();
    for _ in 0..300 {
        let path = format!("/api/v1/auth/api-keys/{}", uuid::Uuid::now_v7());
        assert_eq!(system.get(&path).await.meaning(), answer);
    }
}
