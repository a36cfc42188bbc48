//! WebSocket handshakes: the key decides about them as about any request.

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
