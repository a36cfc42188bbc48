//! The same site in another spelling is the same one, for the public address, the `Host` and the `Origin` alike.

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

#[actix_web::test]
async fn the_public_host_is_ours_however_it_is_written() {
    let app = App::start_with(
        |config| config.public_url = Some("https://keys.example.com".into()),
        false,
    )
    .await;
    let status = async |target: &str, host: &str| {
        let text = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let said = app.raw(text).await.text;
        said.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for host in [
        "keys.example.com",
        "KEYS.Example.Com",
        "keys.example.com:443",
        "keys.example.com:",
        "keys.example.com.",
        "keys.example.com.:443",
        "keys%2Eexample.com",
        "LocalHost.:8080",
        "[0:0:0:0:0:0:0:1]",
    ] {
        assert_eq!(status("/api/docs", host).await, "200", "{host}");
    }
    for host in [
        "keys.example.com:80",
        "keys.example.com:8443",
        "keys.example.com..",
        "a.keys.example.com",
        "evil.test@keys.example.com",
        "keys.example.com.evil.test",
        "",
    ] {
        assert_ne!(status("/api/docs", host).await, "200", "{host}");
    }
    // The target's host is the one that counts (RFC 9112 section 3.2.2).
    let ours = "https://keys.example.com/api/docs";
    assert_eq!(status(ours, "keys.example.com").await, "200");
    let other = "https://evil.test/api/docs";
    assert_eq!(status(other, "keys.example.com").await, "421");
}

#[actix_web::test]
async fn a_form_comes_from_our_page_however_its_origin_is_written() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    let token = visitor.token("/login").await;
    for (host, origin, status) in [
        ("localhost", "http://localhost:80", 401),
        ("localhost:80", "HTTP://LOCALHOST", 401),
        ("localhost.", "http://localhost", 401),
        ("localhost:443", "https://localhost", 401),
        ("[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080", 401),
        ("localhost", "http://localhost:81", 403),
        ("localhost:80", "https://localhost", 403),
        ("localhost", "ftp://localhost", 403),
        ("localhost", "http://localhost.evil.test", 403),
        ("localhost", "http://localhost/", 403),
        ("localhost", "http://me@localhost", 403),
        ("localhost", "http://b\u{fc}cher.example", 403),
        ("localhost", "localhost", 403),
        ("localhost", "", 403),
    ] {
        let fields = [
            ("csrf", &*token),
            ("email", "a@b.test"),
            ("password", "x"),
            ("next", ""),
        ];
        let request = visitor
            .request(Method::POST, "/login")
            .form(&fields)
            .header("host", host)
            .header("origin", origin.as_bytes());
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, status, "{host} {origin}");
    }
}
