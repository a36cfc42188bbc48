//! WebSocket handshakes: the key decides about them as about any request. Other protocols are not for the API to choose.

use crate::support::gateway::{Gateway, Kind};
use crate::support::wire::Wire;

pub async fn a_websocket_handshake_passes_with_a_key_alone(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    // HAProxy looks whether the accepted key is the right one (RFC 6455 section 1.3).
    let answer = "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    gateway.api.answers(answer);
    for (key, status) in [("nonsense", 401), (&*key, 101)] {
        let handshake = format!(
            "GET /live HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: {key}\r\nConnection: Upgrade, X-Keystead-Key-Id\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        let said = Wire::new(gateway.socket).ask(&handshake);
        assert_eq!(said, Some(status));
    }
    let seen = gateway.only_seen();
    assert_eq!(seen.header("x-keystead-key-id"), id);
    assert_eq!(seen.header("upgrade"), "websocket");
    assert!(seen.header("connection").eq_ignore_ascii_case("upgrade"));
    assert!(!seen.head.contains(&key), "{}", seen.head);
}

pub async fn no_other_upgrade_reaches_the_api(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    for (upgrade, connection) in [
        ("h2c", "Upgrade, HTTP2-Settings"),
        ("h2c, websocket", "Upgrade, HTTP2-Settings"),
        ("TLS/1.0", "Upgrade"),
    ] {
        let request = format!(
            "GET /orders HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: {key}\r\nConnection: {connection}\r\n\
             Upgrade: {upgrade}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        );
        let said = Wire::new(gateway.socket).ask(&request);
        // RFC 9110 section 7.8: ignored, or refused as HAProxy (400) and Envoy (403) do; never taken up.
        assert!(matches!(said, Some(200 | 400 | 403)), "{upgrade}: {said:?}");
    }
    let seen = gateway.api.seen();
    assert!(!seen.is_empty() || kind == Kind::Envoy);
    for seen in seen {
        assert_eq!(seen.header("upgrade"), "", "{}", seen.head);
        assert_eq!(seen.header("http2-settings"), "", "{}", seen.head);
    }
}
