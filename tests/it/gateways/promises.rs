//! What holds behind every gateway.

use reqwest::Method;

use crate::support::browser_like::{Answer, Person};
use crate::support::gateway::{Gateway, Kind};

const HERE: &str = "127.0.0.1";

pub async fn a_valid_key_passes_with_its_identity_and_without_its_secret(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("Wörk", "Full access", &[]).await;
    let answer = gateway.read(Some(&key)).await;
    assert_eq!((answer.status, &*answer.body), (200, "ok"));
    let seen = gateway.only_seen();
    assert_eq!(seen.asked(), "GET /orders");
    assert_eq!(seen.header("x-keystead-key-id"), id);
    assert_eq!(seen.header("x-keystead-key-name"), "W%C3%B6rk");
    assert_eq!(seen.header("x-keystead-scopes"), "*:*");
    assert_eq!(seen.header("x-keystead-tenant-id").len(), 36);
    assert_eq!(seen.header("x-keystead-request-id").len(), 32);
    assert_eq!(seen.header("x-keystead-project-id"), "");
    assert_eq!(seen.header("x-keystead-warning"), "");
    assert_eq!(seen.header("x-forwarded-for"), HERE);
    assert!(!seen.head.contains(&key), "{}", seen.head);
    // The other header does as well.
    let answer = gateway
        .send(HERE, Method::PUT, "/orders/7?x=1", &[("X-API-Key", &key)])
        .await;
    assert_eq!(answer.status, 200);
    let seen = gateway.api.seen().pop().unwrap();
    assert_eq!(seen.asked(), "PUT /orders/7?x=1");
    assert!(!seen.head.contains(&key), "{}", seen.head);
}

pub async fn the_api_hears_the_project_of_a_key_and_no_claim_of_one(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, free) = gateway.key("ERP", "Full access", &[]).await;
    let (project, bound) = gateway.key_of_project().await;
    // One after the other, so that nothing is left of the answer before.
    for (key, expected) in [(&bound, &*project), (&free, ""), (&bound, &project)] {
        let headers = [("X-API-Key", &**key), ("X-Keystead-Project-Id", "forged")];
        for headers in [&headers[..1], &headers] {
            let answer = gateway.send(HERE, Method::GET, "/orders", headers).await;
            assert_eq!(answer.status, 200);
            let seen = gateway.api.seen().pop().unwrap();
            assert_eq!(seen.header("x-keystead-project-id"), expected);
            assert!(!seen.head.contains("forged"), "{}", seen.head);
        }
    }
}

pub async fn no_key_and_unknown_keys_are_401_with_a_challenge(kind: Kind) {
    let gateway = Gateway::start(kind);
    for key in [None, Some("nonsense"), Some("")] {
        let answer = gateway.read(key).await;
        assert_eq!(answer.status, 401, "{key:?}: {}", answer.body);
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer realm=\"keystead\""));
        assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1);
    }
    // A browser's question before a request (CORS) carries no key either, and isn't the file's to let through by itself.
    let preflight = [
        ("Origin", "https://shop.example.com"),
        ("Access-Control-Request-Method", "PUT"),
    ];
    let answer = gateway
        .send(HERE, Method::OPTIONS, "/orders", &preflight)
        .await;
    assert_eq!(answer.status, 401);
    assert!(gateway.api.seen().is_empty());
}

/// At Caddy a kept connection might lead to the API instead.
pub async fn connections_to_keystead_are_kept_where_that_is_safe(kind: Kind) {
    let (gateway, relay) = Gateway::start_relayed(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let before = relay.connections();
    for _ in 0..30 {
        assert_eq!(gateway.read(Some(&key)).await.status, 200);
    }
    let connections = relay.connections() - before;
    match kind {
        Kind::Caddy => assert_eq!(connections, 30),
        // A few, since a gateway may have several threads that each keep their own.
        _ => assert!(connections <= 8, "{connections}"),
    }
}

pub async fn a_revoked_key_is_refused_on_the_next_request(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    for _ in 0..3 {
        assert_eq!(gateway.read(Some(&key)).await.status, 200);
    }
    gateway.revoke(&id).await;
    for _ in 0..3 {
        assert_eq!(gateway.read(Some(&key)).await.status, 401);
    }
    assert_eq!(gateway.api.seen().len(), 3);
}

pub async fn a_missing_scope_is_403(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("Reader", "Read only", &[]).await;
    assert_eq!(gateway.read(Some(&key)).await.status, 200);
    let bearer = format!("Bearer {key}");
    for method in [Method::POST, Method::DELETE, Method::PATCH] {
        let answer = gateway
            .send(
                HERE,
                method.clone(),
                "/orders",
                &[("Authorization", &bearer)],
            )
            .await;
        assert_eq!(answer.status, 403, "{method}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("insufficient_scope"), "{challenge}");
    }
    // Nobody but the gateway says which scope is needed.
    let (path, headers) = (
        "/orders?scope=work-orders:read",
        [
            ("Authorization", &*bearer),
            ("X-HTTP-Method-Override", "GET"),
            ("X-Forwarded-Method", "GET"),
        ],
    );
    let answer = gateway.send(HERE, Method::POST, path, &headers).await;
    assert_eq!(answer.status, 403);
    assert_eq!(gateway.api.seen().len(), 1);
}

pub async fn a_method_of_the_apis_own_passes(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    for name in ["PROPFIND", "REPORT", "VERSION-CONTROL"] {
        let method = Method::from_bytes(name.as_bytes()).unwrap();
        for (key, status) in [(&*key, 200), ("nonsense", 401)] {
            let headers = [("X-API-Key", key)];
            let answer = gateway
                .send(HERE, method.clone(), "/orders", &headers)
                .await;
            assert_eq!(answer.status, status, "{name}");
        }
        let seen = gateway.api.seen().pop().unwrap();
        assert_eq!(seen.asked(), format!("{name} /orders"));
    }
}

pub async fn two_credentials_are_400(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let bearer = format!("Bearer {key}");
    for headers in [
        [("Authorization", &*bearer), ("X-API-Key", "other")],
        [("X-API-Key", "other"), ("X-API-Key", &*key)],
        [("X-API-Key", &*key), ("X-API-Key", "other")],
        [("Authorization", &*bearer), ("Authorization", &*bearer)],
    ] {
        let answer = gateway.send(HERE, Method::GET, "/orders", &headers).await;
        assert_eq!(answer.status, 400, "{headers:?}");
    }
    assert!(gateway.api.seen().is_empty());
}

pub async fn the_address_reaches_the_api_as_it_was_sent(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    for address in ["/orders/a%20b%C3%A9;v=1?x=%2F%20&y=/../z?", "/?"] {
        let answer = gateway
            .send(HERE, Method::GET, address, &[("X-API-Key", &key)])
            .await;
        assert_eq!(answer.status, 200, "{address}");
        let seen = gateway.api.seen().pop().unwrap();
        assert_eq!(seen.asked(), format!("GET {address}"));
    }
}

pub async fn keystead_stopped_is_503_and_never_a_pass(kind: Kind) {
    let mut gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    assert_eq!(gateway.read(Some(&key)).await.status, 200);
    gateway.keystead.crash();
    for _ in 0..5 {
        for key in [Some(&*key), None, Some("nonsense")] {
            let answer = gateway.read(key).await;
            assert_eq!(answer.status, 503);
            assert_is_problem(kind, &answer);
        }
    }
    assert_eq!(gateway.api.seen().len(), 1);
}

pub async fn keystead_silent_is_503_and_never_a_pass(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    assert_eq!(gateway.read(Some(&key)).await.status, 200);
    gateway.keystead.freeze();
    let answer = gateway.read(Some(&key)).await;
    assert_eq!(answer.status, 503);
    assert_is_problem(kind, &answer);
    assert_eq!(gateway.api.seen().len(), 1);
}

/// Traefik has no document of its own.
fn assert_is_problem(kind: Kind, answer: &Answer) {
    if kind != Kind::Traefik {
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["status"], 503);
    }
}

pub async fn an_allowlist_decides_by_the_real_client(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("Office", "Full access", &["127.0.0.5"]).await;
    let bearer = format!("Bearer {key}");
    let spoofs: [&[(&str, &str)]; 7] = [
        &[],
        &[("X-Forwarded-For", "127.0.0.5")],
        &[
            ("X-Forwarded-For", "127.0.0.5"),
            ("X-Forwarded-For", "127.0.0.5"),
        ],
        &[("X-Forwarded-For", "127.0.0.5, 127.0.0.1")],
        &[("X_Forwarded_For", "127.0.0.5"), ("X-Real-IP", "127.0.0.5")],
        &[("Forwarded", "for=127.0.0.5")],
        &[
            ("Connection", "x-forwarded-for, close"),
            ("X-Forwarded-For", "127.0.0.5"),
        ],
    ];
    let mut passed = 0;
    for spoof in spoofs {
        let headers = [&[("Authorization", &*bearer)], spoof].concat();
        // Envoy itself refuses who wants that header removed.
        if kind == Kind::Envoy && spoof.iter().any(|(name, _)| *name == "Connection") {
            let answer = gateway
                .send("127.0.0.6", Method::GET, "/orders", &headers)
                .await;
            assert_eq!(answer.status, 400, "{spoof:?}");
            continue;
        }
        let elsewhere = gateway
            .send("127.0.0.6", Method::GET, "/orders", &headers)
            .await;
        assert_eq!(elsewhere.status, 401, "{spoof:?}");
        let there = gateway
            .send("127.0.0.5", Method::GET, "/orders", &headers)
            .await;
        assert_eq!(there.status, 200, "{spoof:?}");
        let seen = gateway.api.seen().pop().unwrap();
        assert_eq!(seen.header("x-forwarded-for"), "127.0.0.5", "{spoof:?}");
        passed += 1;
    }
    assert_eq!(gateway.api.seen().len(), passed);
}

pub async fn a_body_reaches_the_api_whole(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let client = Person::new(&format!("http://{}", gateway.socket), None);
    let body = "0123456789".repeat(20_000);
    for number in 1..=3 {
        let request = client
            .request(Method::POST, "/orders")
            .header("Host", "api.example.com")
            .bearer_auth(&key);
        assert_eq!(Answer::of(request.body(body.clone())).await.status, 200);
        let seen = gateway.api.seen();
        assert_eq!(seen.len(), number);
        assert!(seen[number - 1].body == body, "{}", seen[number - 1].head);
    }
}

pub async fn people_reach_the_pages_and_no_client_asks_by_itself(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    let client = gateway
        .keystead
        .system_at(&format!("http://{}", gateway.socket), &key);
    for (path, status) in [
        ("/healthz", 200),
        ("/forward-auth", 404),
        ("/forward-auth?scope=a:b", 404),
        ("/forward%2Dauth", 404),
        ("/%66orward-auth?scope=a:b", 404),
        ("/ext-authz/a:b", 404),
        ("/ext-authz/a:b/orders?x=1", 404),
        ("/ext%2dauthz/a:b/orders", 404),
    ] {
        let request = client
            .request(Method::GET, path)
            .header("Host", "keys.example.com");
        assert_eq!(Answer::of(request).await.status, status, "{path}");
    }
    assert!(gateway.api.seen().is_empty());
}
