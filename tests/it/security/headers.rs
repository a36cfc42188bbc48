//! The headers that every answer carries.

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const POLICY: [&str; 9] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "img-src 'self'",
];

#[track_caller]
fn is_guarded(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
    for part in POLICY {
        assert!(parts.contains(&part), "{what}: {part} in {policy:?}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{what}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert_eq!(answer.header("x-request-id").len(), 32, "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
    assert_ne!(answer.header("cache-control"), "", "{what}");
    for name in ["server", "x-powered-by"] {
        assert_eq!(answer.header(name), "", "{what}: {name}");
    }
}

#[actix_web::test]
async fn every_answer_is_guarded_errors_and_assets_too() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let asset = keystead::web::assets::urls().next().unwrap();
    let mut alice = app.sign_in(ALICE).await;
    let paths = [
        "/",
        "/login",
        "/setup",
        "/tenant-api-keys",
        "/tenant-api-keys/new",
        &key.page("revocation"),
        &key.page("deletion"),
        "/api/docs",
        "/api/v1/openapi.json",
        "/api/v1/auth/whoami",
        "/api/v1/auth/api-keys",
        &key.resource(),
        "/api/v1/verify",
        "/api/v1/verify/batch",
        "/oauth2/introspect",
        "/oauth2/revoke",
        "/oauth2/nothing",
        "/verifiers",
        "/api/v1/nothing",
        "/forward-auth",
        "/healthz",
        "/readyz",
        "/nothing",
        "/static/nothing",
        asset,
        "/%00",
        "/tenant-api-keys?before=x",
    ];
    let methods = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];
    for path in paths {
        for method in &methods {
            let what = format!("{method} {path}");
            let request = alice.request(method.clone(), path);
            let answer = Answer::of(request).await;
            assert!(answer.status < 500, "{what}: {}", answer.status);
            is_guarded(&answer, &what);
        }
    }
    let request = alice
        .request(Method::GET, "/nothing")
        .header("host", "evil.test");
    is_guarded(&alice.send(request).await, "a foreign host");
}

#[actix_web::test]
async fn only_assets_are_cached() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    for path in [
        "/",
        "/login",
        "/tenant-api-keys",
        "/tenant-api-keys/new",
        "/verifiers",
        "/api/docs",
        "/nothing",
        "/healthz",
        "/static/nothing",
    ] {
        assert_eq!(
            alice.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
    for path in [
        "/api/v1/auth/whoami",
        "/api/v1/auth/api-keys",
        "/forward-auth",
        "/api/v1/nothing",
    ] {
        let answer = app.system(&key.secret).get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for url in keystead::web::assets::urls() {
        let answer = alice.get(url).await;
        assert_eq!(answer.status, 200, "{url}");
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_ne!(answer.header("content-type"), "");
    }
}

#[actix_web::test]
async fn https_is_remembered_for_a_year_where_there_is_https() {
    let plain = App::start().await;
    assert_eq!(
        plain
            .visitor()
            .get("/login")
            .await
            .header("strict-transport-security"),
        ""
    );
    let app = App::start_with(
        |config| config.public_url = Some("https://keys.example.com".into()),
        false,
    )
    .await;
    for (path, host) in [
        ("/login", "keys.example.com"),
        ("/login", "evil.test"),
        ("/nothing", "keys.example.com"),
    ] {
        let said = app
            .raw(format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            ))
            .await;
        let said = said.text.to_lowercase();
        assert!(
            said.contains("strict-transport-security: max-age=31536000"),
            "{said}"
        );
    }
}

#[actix_web::test]
async fn a_host_name_that_is_not_ours_is_refused_and_never_repeated() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    for host in [
        "evil.test",
        "evil.test:80",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "localhost:80:80",
        "[evil]",
    ] {
        for path in [
            "/login",
            "/api/docs",
            "/api/v1/openapi.json",
            "/api/v1/auth/whoami",
            "/",
        ] {
            let request = visitor.request(Method::GET, path).header("host", host);
            let answer = visitor.send(request).await;
            assert_eq!(answer.status, 421, "{host} {path}");
            answer.hides("evil");
        }
    }
    for host in [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1",
        "[::1]:8080",
        "192.0.2.1:80",
    ] {
        let request = visitor.request(Method::GET, "/login").header("host", host);
        assert_eq!(visitor.send(request).await.status, 200, "{host}");
    }
}

#[actix_web::test]
async fn links_are_made_from_the_configured_address_alone() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    for name in [
        "x-forwarded-host",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-proto",
    ] {
        let request = visitor
            .request(Method::GET, "/api/docs")
            .header(name, "host=evil.test");
        visitor.send(request).await.hides("evil.test");
    }
}
