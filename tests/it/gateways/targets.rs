//! Requests whose first line names a host of its own (RFC 9112 section 3.2.2).

use std::time::Duration;

use crate::support::gateway::{Gateway, Kind};
use crate::support::raw::talk;

const PATIENCE: Duration = Duration::from_secs(30);

pub async fn the_address_counts_and_not_another_host_beside_it(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    let ask = |target: &str, host: &str| {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n"
        );
        talk(gateway.socket, request.as_bytes(), PATIENCE).status()
    };
    for (target, host, told) in [
        (
            "http://api.example.com/x?y=1",
            "api.example.com",
            "api.example.com",
        ),
        (
            "http://api.example.com/x?y=1",
            "other.example.com",
            "api.example.com",
        ),
        (
            "http://api.example.com/x?y=1",
            "keys.example.com",
            "api.example.com",
        ),
        (
            "http://api.example.com:8443/x?y=1",
            "other.example.com",
            "api.example.com:8443",
        ),
        (
            "HTTP://api.example.com/x?y=1",
            "other.example.com",
            "api.example.com",
        ),
        ("/x?y=1", "api.example.com:8443", "api.example.com:8443"),
    ] {
        let before = gateway.api.seen().len();
        let status = ask(target, host);
        // Whoever names two hosts may be refused as well.
        if status == 400 && host != told {
            assert_eq!(gateway.api.seen().len(), before);
            continue;
        }
        assert_eq!(status, 200, "{target} {host}");
        let seen = gateway.api.seen().pop().unwrap();
        assert_eq!(seen.header("host"), told, "{target} {host}: {}", seen.head);
        assert!(seen.asked().ends_with("/x?y=1"), "{}", seen.head);
        assert_eq!(seen.header("x-keystead-key-id"), id);
    }
    // The doors for gateways stay shut, whichever of the two names leads to them.
    let before = gateway.api.seen().len();
    for (target, host) in [
        ("http://keys.example.com/forward-auth", "api.example.com"),
        ("http://keys.example.com/ext-authz/any/", "keys.example.com"),
    ] {
        let status = ask(target, host);
        assert!(matches!(status, 400 | 404), "{target} {host}: {status}");
    }
    assert_eq!(gateway.api.seen().len(), before);
}
